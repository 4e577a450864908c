//! What is refused of a place in Azure, word for word, and what holds where a key is left out.

mod database;
mod defaults;
mod merge;
mod names;
mod network;
mod sizes;

use crate::profile::tests::{load, wrong};
use crate::profile::{Backend, azure};

/// What goes wrong with each of these places in West Europe.
fn all_refused(places: &[&str]) -> String {
    let places = places.iter();
    let refused: Vec<String> = places
        .map(|place| refused(&format!("    {place}\n")))
        .collect();
    refused.join("\n\n")
}

/// What goes wrong with this place in West Europe.
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
    let profile = load(&[], "local", &sets).expect("the profile is right");
    match profile.backend {
        Backend::Azure(azure) => *azure,
        other => panic!("{other:?}"),
    }
}
