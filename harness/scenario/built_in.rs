//! The scenarios that are part of the program: the files of the folder `scenarios`.

use model::document::BuiltIn;

/// The built-in scenarios.
pub const BUILT_IN: BuiltIn = BuiltIn::new(&[
    (
        "history-crash",
        include_str!("../../scenarios/history-crash.yaml"),
    ),
    ("mix", include_str!("../../scenarios/mix.yaml")),
    ("ramp", include_str!("../../scenarios/ramp.yaml")),
    ("smoke", include_str!("../../scenarios/smoke.yaml")),
    ("steady", include_str!("../../scenarios/steady.yaml")),
    (
        "worker-crash",
        include_str!("../../scenarios/worker-crash.yaml"),
    ),
]);
