//! Layers, the one over the other.

use proptest::prelude::*;
use serde_json::json;

use crate::profile::azure::arbitrary;
use crate::profile::azure::model::{Azure, Exposure};
use crate::profile::overlay::Overlay;

/// Whether both exposures are public, or nothing is said of them.
fn no_choice(azure: &Azure) -> bool {
    let exposures = azure.expose.iter().flat_map(|it| [&it.web, &it.starter]);
    exposures
        .flatten()
        .all(|it| matches!(it, Exposure::Public(_)))
}

proptest! {
    #[test]
    fn places_of_one_choice_can_be_grouped_at_will(
        [first, second, third] in [(); 3].map(|()| arbitrary::azure().prop_filter("one choice", no_choice)),
    ) {
        let left = first.clone().overlay(second.clone()).overlay(third.clone());
        let right = first.overlay(second.overlay(third));
        prop_assert_eq!(json!(left), json!(right));
    }
}
