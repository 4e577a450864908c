//! Errors in Azure settings, with their whole text, and defaults.

mod database;
mod defaults;
mod merge;
mod names;
mod network;
mod sizes;

use crate::profile::tests::{load, wrong};
use crate::profile::{Backend, azure};

/// The error of each of these settings, with the region West Europe.
fn all_refused(places: &[&str]) -> String {
    let places = places.iter();
    let refused: Vec<String> = places
        .map(|place| refused(&format!("    {place}\n")))
        .collect();
    refused.join("\n\n")
}

/// The error of these settings, with the region West Europe.
fn refused(place: &str) -> String {
    let text = format!("extends: base\nbackend:\n  azure:\n    region: westeurope\n{place}");
    wrong(&text, &[])
}

fn resolved(sets: &[&str]) -> azure::Azure {
    let sets: Vec<&str> = ["backend={azure: {region: westeurope}}"]
        .iter()
        .chain(sets)
        .copied()
        .collect();
    let profile = load(&[], "local", &sets).expect("a valid profile");
    match profile.backend {
        Backend::Azure(azure) => *azure,
        other => panic!("{other:?}"),
    }
}
