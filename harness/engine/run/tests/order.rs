//! What holds for the journal of every run, for any plan and any failure.

use backend::state::StepStage;
use proptest::prelude::*;

use super::*;

/// Steps named by number, each after some steps with smaller numbers, and the behaviour of each
/// resource.
fn plans() -> impl Strategy<Value = (Vec<Step>, Vec<(String, Behaviour)>)> {
    let behaviour = prop_oneof![
        6 => (0..5_u64).prop_map(ready_after),
        3 => (0..5_u64).prop_map(|time| Behaviour::AppliedAfter(Duration::from_secs(time))),
        1 => (0..5_u64).prop_map(|time| Behaviour::RefusesAfter(Duration::from_secs(time))),
        1 => Just(Behaviour::Never("it exited")),
    ];
    prop::collection::vec((any::<u16>(), behaviour), 0..10).prop_map(|choices| {
        let step = |(number, (mask, _)): (usize, &(u16, Behaviour))| {
            let after = (0..number).filter(|other| mask >> other & 1 == 1);
            let after: Vec<String> = after.map(|other| other.to_string()).collect();
            let after: Vec<&str> = after.iter().map(String::as_str).collect();
            step(&number.to_string(), &after)
        };
        let steps = choices.iter().enumerate().map(step).collect();
        let behaviours = choices.into_iter().enumerate();
        let named = behaviours.map(|(number, (_, behaviour))| (number.to_string(), behaviour));
        (steps, named.collect())
    })
}

/// Runs a plan with paused time.
fn played(steps: Vec<Step>, behaviours: Vec<(String, Behaviour)>) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async { play(steps, behaviours.into_iter().collect()).await })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn intent_comes_before_apply_and_after_every_dependency((steps, behaviours) in plans()) {
        let played = played(steps.clone(), behaviours);
        let place = |id: &ResourceId, stage: StepStage| {
            let is = |entry: &JournalEntry| entry.id == *id && entry.stage == stage;
            played.journal.iter().position(is)
        };
        for step in &steps {
            let intent = place(&step.id, StepStage::Intent);
            let applied = place(&step.id, StepStage::Applied);
            let done = place(&step.id, StepStage::Done);
            let failed = place(&step.id, StepStage::Failed);
            prop_assert!(applied.is_none_or(|applied| intent.is_some_and(|i| i < applied)));
            prop_assert!(done.is_none_or(|done| applied.is_some_and(|a| a < done)));
            prop_assert!(failed.is_none_or(|failed| intent.is_some_and(|i| i < failed)));
            prop_assert_eq!(intent.is_some(), done.is_some() != failed.is_some(), "one outcome");
            for awaited in &step.after {
                let done = place(awaited, StepStage::Done);
                prop_assert!(intent.is_none_or(|intent| done.is_some_and(|d| d < intent)));
            }
        }
        let all_done = steps.iter().all(|step| place(&step.id, StepStage::Done).is_some());
        prop_assert_eq!(played.result.is_ok(), all_done);
    }
}
