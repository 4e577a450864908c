//! The CPU cost of the load driver: scheduling arrivals and recording latencies.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use load::{Arrivals, Curve, Latencies, Schedule};

const ARRIVALS: u64 = 100_000;

fn schedule(criterion: &mut Criterion) {
    let rate = Curve::constant(1000.0);
    let window = Duration::from_secs(ARRIVALS / 1000);
    let mut group = criterion.benchmark_group("schedule 100,000 arrivals");
    group.throughput(Throughput::Elements(ARRIVALS));
    for arrivals in [Arrivals::Uniform, Arrivals::Poisson] {
        group.bench_function(format!("{arrivals:?}"), |bencher| {
            bencher.iter(|| Schedule::new(arrivals, rate.clone(), window, black_box(42)).count());
        });
    }
    group.finish();
}

fn latencies(criterion: &mut Criterion) {
    // The offsets of Poisson arrivals within a minute are used as latencies of all magnitudes.
    let rate = Curve::constant(100_000.0 / 60.0);
    let durations: Vec<Duration> =
        Schedule::new(Arrivals::Poisson, rate, Duration::from_mins(1), 42).collect();
    let mut group = criterion.benchmark_group("latencies");
    group.bench_function("record 100,000", |bencher| {
        bencher.iter_batched_ref(
            Latencies::default,
            |latencies| latencies.extend(durations.iter().copied()),
            BatchSize::LargeInput,
        );
    });
    let recorded: Latencies = durations.iter().copied().collect();
    group.bench_function("merge", |bencher| {
        bencher.iter_batched_ref(
            || recorded.clone(),
            |latencies| latencies.merge(black_box(&recorded)),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("percentiles", |bencher| {
        bencher.iter(|| black_box(&recorded).percentiles());
    });
    group.finish();
}

criterion_group!(benches, schedule, latencies);
criterion_main!(benches);
