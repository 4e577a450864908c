//! `promote` and what follows it, on the built-in Azure without a cluster: the part of Azure
//! Resource Manager, whose every request may be the last one.

mod fixed;
mod gate;
mod growth;
mod interruption;
mod kills;
mod limits;
mod mishaps;
mod owners;
mod places;
mod pools;
mod reading;
mod subscriptions;
mod tags;
mod whole;

use std::collections::BTreeSet;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::cost::AZURE;
use support::world::{Run, World};

const SMOKE: &str = include_str!("../../../scenarios/smoke.yaml");

/// The profile, with a worker that nobody has to build.
const TARGET: &str = "-p azure --rehearse --set promotion.require=[scenarios/smoke.yaml] \
                      --set worker.run={\"image\":\"example/worker:1\"}";

/// So fast that waiting is for what has to be computed, not for time.
const SPEED: &str = "3000";

/// A folder with a profile of a place in Azure, on a machine without Docker.
struct Subscription {
    world: World,
}

impl Subscription {
    fn new() -> Self {
        let world = World::new();
        world.write("profiles/azure.yaml", AZURE);
        world.write("scenarios/smoke.yaml", SMOKE);
        Self { world }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.world.command();
        command
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env("HARNESS_REHEARSAL_SPEED", SPEED)
            .args(line.split_whitespace())
            .args(TARGET.split_whitespace());
        command
    }

    fn run(&self, line: &str) -> Run {
        self.world.output(self.command(line))
    }

    /// Promotes although nothing was tested.
    fn promote(&self, more: &str) -> Run {
        self.run(&format!("promote --override-gate=untested {more}"))
    }

    /// The same, killed at one of its steps; whether there was such a step.
    fn cut(&self, line: &str, step: u32) -> bool {
        let mut command = self.command(line);
        let status = command
            .env("HARNESS_CUT_POINT", step.to_string())
            .output()
            .expect("the binary starts")
            .status;
        status.code().is_none()
    }

    fn state(&self) -> Utf8PathBuf {
        self.world.path().join(".harness/azure.rehearsal")
    }

    fn cloud(&self) -> Value {
        self.try_cloud().expect("the cloud is kept")
    }

    /// What is kept of Azure, once there is anything.
    fn try_cloud(&self) -> Option<Value> {
        let text = fs_err::read_to_string(self.state().join("cloud/cloud.json")).ok()?;
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    /// Changes what Azure has behind everybody's back.
    fn change_cloud(&self, change: impl FnOnce(&mut Value)) {
        let mut cloud = self.cloud();
        change(&mut cloud);
        let path = self.state().join("cloud/cloud.json");
        fs_err::write(path, cloud.to_string()).expect("writable");
    }

    /// Changes each resource whose id ends so.
    fn change_resource(&self, end: &str, change: impl Fn(&mut Value)) {
        self.change_cloud(|cloud| {
            let resources = cloud["resources"].as_object_mut().expect("a map");
            let fitting = resources.iter_mut().filter(|(id, _)| id.ends_with(end));
            let count = fitting
                .map(|(_, entry)| change(&mut entry["document"]))
                .count();
            assert!(count > 0, "there is no {end}");
        });
    }

    /// A resource whose id contains a text and of which nothing is a part.
    fn resource(&self, part: &str) -> Option<Value> {
        let cloud = self.cloud();
        let resources = cloud["resources"].as_object().expect("a map");
        let found = resources.iter().find(|(id, _)| {
            id.split_once(part)
                .is_some_and(|(_, rest)| !rest.contains('/'))
        });
        found.map(|(_, entry)| entry["document"].clone())
    }

    /// All that there is in Azure: groups, stacks, resources with what they are like.
    fn content(&self) -> BTreeSet<String> {
        let cloud = self.cloud();
        let mut all = BTreeSet::new();
        for part in ["groups", "stacks", "resources"] {
            let entries = cloud[part].as_object().expect("a map");
            all.extend(entries.iter().map(|(id, entry)| match part {
                "resources" => format!("{id} {}", entry["progress"]),
                _ => id.clone(),
            }));
        }
        all
    }
}

/// Every file below a folder, with its content.
fn files(folder: &Utf8Path) -> Vec<(Utf8PathBuf, String)> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("a folder") {
        let path = entry.expect("readable").into_path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs_err::read(&path).expect("readable");
            found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

/// Something that the harness did not make, in a group of its own.
fn foreign(cloud: &mut Value) {
    let subscription = "/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f";
    let id = format!("{subscription}/resourceGroups/theirs");
    cloud["groups"][id.to_lowercase()] =
        json!({"id": id, "location": "westeurope", "tags": {}, "deleting": false});
}
