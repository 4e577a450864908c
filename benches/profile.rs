//! The time to load a profile and resolve it to a topology.

use std::hint::black_box;
use std::io;

use camino::Utf8Path;
use criterion::{Criterion, criterion_group, criterion_main};
use model::profile;
use model::profile::{Reader, Request, Source};

fn load(criterion: &mut Criterion) {
    let request = Request {
        source: Source::Named {
            folder: "profiles".into(),
            name: "local".to_owned(),
        },
        sets: vec!["worker.replicas=3".to_owned()],
    };
    let reader = Reader {
        read: |path: &Utf8Path| match path.file_name() {
            Some("base.yaml") => Ok(include_str!("../profiles/base.yaml").to_owned()),
            Some("local.yaml") => Ok(include_str!("../profiles/local.yaml").to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        },
        list: |_: &Utf8Path| Vec::new(),
    };
    criterion.bench_function("profile/load and resolve local", |bencher| {
        bencher
            .iter(|| profile::load(black_box(&request), &reader).map(|profile| profile.topology()));
    });
}

criterion_group!(benches, load);
criterion_main!(benches);
