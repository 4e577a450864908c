//! The time to diff a thousand desired resources with the observed ones.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use model::plan;
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::quantity::Duration;
use model::topology::Digest;

const RESOURCES: usize = 1_000;

/// Resources that need up to three others each. One of these is the predecessor, which makes the
/// longest possible chain.
fn resources() -> Vec<Resource> {
    let id = |number: usize| ResourceId::new(ResourceKind::Process, format!("service-{number}"));
    let needs = |number: usize| {
        let mut needs = vec![
            number.checked_sub(1),
            number.checked_div(2),
            number.checked_div(3),
        ];
        needs.retain(|need| need.is_some_and(|need| need < number));
        needs.dedup();
        needs.into_iter().flatten().map(id).collect()
    };
    (0..RESOURCES)
        .map(|number| Resource {
            id: id(number),
            digest: Digest::of(&number),
            needs: needs(number),
            ready_timeout: Duration::from_secs(60),
        })
        .collect()
}

/// Observes all resources; those for which `changed` is true have another configuration.
fn observed(resources: &[Resource], changed: impl Fn(usize) -> bool) -> Vec<Observed> {
    let digest = |number: usize, resource: &Resource| {
        if changed(number) {
            Digest::of(&"another configuration")
        } else {
            resource.digest.clone()
        }
    };
    resources
        .iter()
        .enumerate()
        .map(|(number, resource)| Observed {
            id: resource.id.clone(),
            state: State::Live(digest(number, resource)),
            needs: resource.needs.clone(),
            stays: false,
        })
        .collect()
}

fn diff(criterion: &mut Criterion) {
    let desired = resources();
    let mut group = criterion.benchmark_group("diff 1,000 resources");
    let cases = [
        ("all kept", observed(&desired, |_| false)),
        ("half changed", observed(&desired, |number| number % 2 == 0)),
        ("all new", Vec::new()),
    ];
    for (case, observed) in cases {
        group.bench_function(case, |bencher| {
            bencher.iter(|| plan::diff(black_box(&desired), black_box(&observed)));
        });
    }
    let all = observed(&desired, |_| false);
    group.bench_function("all removed", |bencher| {
        bencher.iter(|| plan::diff(&[], black_box(&all)));
    });
    group.finish();
}

criterion_group!(benches, diff);
criterion_main!(benches);
