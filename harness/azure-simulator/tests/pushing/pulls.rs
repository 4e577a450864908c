//! Pulls from a registry.

use std::collections::BTreeMap;
use std::io::Read as _;

use azure::registry::{Digest, Error, Image, Reference};
use camino::Utf8Path;
use serde_json::Value;
use testing::docker_engine::{engine, remove_image};

use super::fixture::World;
use crate::{Fault, Script, What};

fn content(path: &Utf8Path) -> BTreeMap<String, Vec<u8>> {
    let file = fs_err::File::open(path).expect("the file exists");
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(file).entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        files.insert(name, content);
    }
    files
}

#[tokio::test]
async fn a_pulled_archive_has_the_pushed_bytes_and_the_name_of_its_reference() {
    let faults = vec![
        Fault::at("/docker/registry/", What::Reset),
        Fault::at("/docker/registry/", What::Status(503)).after(1),
    ];
    let world = World::with(Script::new(faults)).await;
    let image = world.image(&[17 << 20, 500]);
    let reference = world.push(&image).await;
    let path = world.path("pulled.tar");
    world
        .registry
        .pull(&reference, &path)
        .await
        .expect("the pull succeeds");
    let (before, after) = (content(&world.path("image.tar")), content(&path));
    for (name, content) in before.iter().filter(|it| it.0.starts_with("blobs/")) {
        assert!(after.get(name) == Some(content), "{name} differs");
    }
    assert_eq!(
        Image::read(&path).expect("an image").digest(),
        image.digest()
    );
    let document = |name: &str| -> Value { serde_json::from_slice(&after[name]).expect("JSON") };
    let annotations = document("index.json")["manifests"][0]["annotations"].clone();
    assert_eq!(
        annotations["io.containerd.image.name"],
        reference.to_string()
    );
    let docker = document("manifest.json")[0].clone();
    assert!(after.contains_key(docker["Config"].as_str().expect("a text")));
    assert!(after.contains_key(docker["Layers"][1].as_str().expect("a text")));
    assert!(!world.path("pulled.part").exists());
}

#[tokio::test]
async fn damaged_bytes_are_refused_and_leave_no_archive() {
    let world = World::new().await;
    let image = world.image(&[500]);
    let reference = world.push(&image).await;
    let path = world.path("pulled.tar");
    for damaged in [image.blobs().next().expect("a blob"), image.digest()] {
        let kept = world.stored_path(damaged);
        let good = fs_err::read(&kept).expect("the stored bytes");
        let mut bytes = good.clone();
        bytes[10] ^= 1;
        fs_err::write(&kept, &bytes).expect("writable");
        let error = world.registry.pull(&reference, &path).await;
        let error = error.expect_err("damaged");
        let found = Digest::of(&bytes);
        assert!(
            matches!(&error, Error::Digest { found: it, .. } if *it == found),
            "{error}"
        );
        assert!(!path.exists() && !world.path("pulled.part").exists());
        fs_err::write(&kept, &good).expect("writable");
    }
    world
        .registry
        .pull(&reference, &path)
        .await
        .expect("the pull succeeds");
}

#[tokio::test]
async fn a_pull_of_an_absent_image_or_from_another_registry_fails() {
    let world = World::new().await;
    let server = world.simulator.base_url.trim_start_matches("https://");
    let reference = |server| Reference::new(server, "worker", Digest::of(b"none"));
    let path = world.path("pulled.tar");
    let pull = |reference: Result<Reference, Error>| {
        let (registry, path) = (world.registry.clone(), path.clone());
        async move {
            let reference = reference.expect("a reference");
            registry
                .pull(&reference, &path)
                .await
                .expect_err("not there")
        }
    };
    let Error::Azure(absent) = pull(reference(server)).await else {
        panic!("the error is not from the registry");
    };
    assert!(absent.is_not_found());
    let elsewhere = pull(reference("other.azurecr.io")).await;
    assert!(matches!(elsewhere, Error::Reference { .. }));
}

#[tokio::test]
#[ignore = "needs docker"]
async fn docker_loads_a_pulled_archive() {
    let engine = engine().await;
    let world = World::new().await;
    let image = world.image(&[600]);
    let reference = world.push(&image).await;
    let path = world.path("pulled.tar");
    world
        .registry
        .pull(&reference, &path)
        .await
        .expect("the pull succeeds");
    let loaded = engine
        .load_image(&path)
        .await
        .expect("Docker loads the archive");
    let [name] = loaded.as_slice() else {
        panic!("{loaded:?}");
    };
    // Docker's older image store has no names with digests.
    let names = [reference.to_string(), reference.tagged()];
    assert!(names.contains(name), "{name}");
    remove_image(name).await;
}
