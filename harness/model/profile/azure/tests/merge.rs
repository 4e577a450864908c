//! Merging of layers.

use proptest::prelude::*;
use serde_json::json;

use crate::profile::azure::arbitrary;
use crate::profile::azure::model::{Azure, Exposure};
use crate::profile::overlay::Overlay;

/// Whether each exposure is public or missing.
fn no_choice(azure: &Azure) -> bool {
    let exposures = azure.expose.iter().flat_map(|it| [&it.web, &it.starter]);
    exposures
        .flatten()
        .all(|it| matches!(it, Exposure::Public(_)))
}

proptest! {
    #[test]
    fn merging_is_associative_if_no_choice_changes(
        [first, second, third] in [(); 3].map(|()| arbitrary::azure().prop_filter("one choice", no_choice)),
    ) {
        let left = first.clone().overlay(second.clone()).overlay(third.clone());
        let right = first.overlay(second.overlay(third));
        prop_assert_eq!(json!(left), json!(right));
    }
}
