//! Fetches prices into `.harness/prices.json`, and reads them from there.

use std::io;

use azure::price::{self, Currency, Entry, List, Meter};
use azure::retail::{Error, Fetched, Retail};
use base::file::{present, write_atomically};
use camino::Utf8PathBuf;
use jiff::Zoned;
use model::azure_limits::is_region;
use model::profile::azure::Azure;

use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::session;

fn path() -> Result<Utf8PathBuf, CommandError> {
    Ok(session::working_directory()?.join(".harness/prices.json"))
}

/// The prices that were fetched before.
pub(super) fn fetched() -> Result<Option<List>, CommandError> {
    let path = path()?;
    let wrong = |error: io::Error| {
        CommandError::new(Exit::Invalid, error)
            .hint(format!("Remove `{path}`, or replace it with `--refresh`."))
    };
    let Some(text) = present(fs_err::read_to_string(&path)).map_err(wrong)? else {
        return Ok(None);
    };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        let what = format!("`{path}` is not a price list: {error}");
        wrong(io::Error::new(io::ErrorKind::InvalidData, what))
    })
}

/// Fetches the prices of these profiles' meters, and keeps the known prices of other meters.
pub(super) async fn run(places: &[&Azure], base: &str, ui: &mut Ui) -> Result<(), CommandError> {
    if places.is_empty() {
        ui.say("· none of these profiles has backend `azure`: no prices to fetch");
        return Ok(());
    }
    let retail = Retail::at(base).map_err(|error| CommandError::new(Exit::Usage, error))?;
    // An unreadable list is replaced.
    let before = fetched().ok().flatten();
    let mut entries = before.map_or_else(Vec::new, |list| list.meters);
    let today = Zoned::now().date();
    for (region, meters) in by_region(places) {
        let answer = retail.fetch(&meters, &region, today).await;
        let Fetched {
            entries: new,
            unknown,
        } = answer.map_err(unreachable)?;
        let asked = |entry: &Entry| {
            let named = || meters.iter().any(|meter| entry.meter == meter.to_string());
            entry.region.as_ref() == Some(&region) && named()
        };
        entries.retain(|entry| !asked(entry));
        let mut of_region = meters.iter().filter(|meter| meter.is_of_region());
        let known = is_region(&region) || of_region.any(|meter| !unknown.contains(meter));
        ui.say(told(&region, known, new.len(), &unknown));
        entries.extend(new);
    }
    let list = List {
        date: today,
        source: format!("Azure Retail Prices API, {base}"),
        currency: Currency::Usd,
        meters: entries,
    };
    keep(&list)
}

/// The distinct meters, by region.
fn by_region(places: &[&Azure]) -> Vec<(String, Vec<Meter>)> {
    let mut regions: Vec<(String, Vec<Meter>)> = Vec::new();
    for azure in places {
        let known = regions
            .iter()
            .position(|(region, _)| *region == azure.region);
        let index = known.unwrap_or_else(|| {
            regions.push((azure.region.clone(), Vec::new()));
            regions.len() - 1
        });
        let meters = &mut regions[index].1;
        for meter in price::meters(azure) {
            if !meters.contains(&meter) {
                meters.push(meter);
            }
        }
    }
    regions
}

fn told(region: &str, is_known: bool, known: usize, unknown: &[Meter]) -> String {
    if !is_known {
        return format!(
            "! prices of {region}: Azure's price list has no such region; `az account \
             list-locations --output table` lists the regions"
        );
    }
    let names: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    match &*names {
        [] => format!("· prices of {region}: {known} fetched"),
        names => format!(
            "· prices of {region}: {known} fetched, not found: {}",
            names.join(", ")
        ),
    }
}

fn unreachable(error: Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error)
        .hint("Omit `--refresh` to use the prices that are already known.")
}

fn keep(list: &List) -> Result<(), CommandError> {
    let failed = |error: io::Error| CommandError::new(Exit::Unavailable, error);
    let path = path()?;
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder).map_err(failed)?;
    }
    let text = serde_json::to_vec_pretty(list).expect("a list always becomes JSON");
    write_atomically(&path, &text).map_err(failed)
}
