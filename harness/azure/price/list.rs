//! Price lists, and the search for a price in several lists.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Meter, Unit};

/// The built-in list.
const BUILT_IN: &str = include_str!("list-prices.json");
/// The region of prices that are the same everywhere.
const GLOBAL: &str = "global";

/// A price list: the format of `list-prices.json` and of fetched lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct List {
    /// The day on which the list was made.
    pub date: Date,
    /// The source of the prices.
    pub source: String,
    pub currency: Currency,
    pub meters: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    /// US dollars, the currency in which Azure sets its prices.
    #[serde(rename = "USD")]
    Usd,
}

/// The price of one meter in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// The meter, as [`Meter`] is displayed.
    pub meter: String,
    /// The region, or `global`; `None` if the source does not name it.
    pub region: Option<String>,
    /// The unit of the price.
    pub unit: Unit,
    /// The price in US dollars.
    pub price: f64,
    /// The day for which the source gives the price.
    pub date: Date,
    /// The source.
    pub source: String,
}

/// The list that a price is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The list fetched from Azure.
    Fetched,
    /// The built-in list.
    BuiltIn,
    /// The list of the 2020 article.
    Article,
}

/// All known prices.
#[derive(Debug, Clone)]
pub struct Prices {
    /// In order of precedence.
    lists: Vec<(Origin, List)>,
}

/// A price that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<'a> {
    pub entry: &'a Entry,
    pub origin: Origin,
    /// Whether the price is for another region, or its source names no region.
    pub borrowed: bool,
}

impl Prices {
    /// The built-in list, preceded by the fetched one.
    pub fn new(fetched: Option<List>) -> Self {
        let built_in =
            serde_json::from_str(BUILT_IN).expect("the embedded list is valid, as a test checks");
        let fetched = fetched.map(|list| (Origin::Fetched, list));
        let lists = fetched.into_iter().chain([(Origin::BuiltIn, built_in)]);
        Self {
            lists: lists.collect(),
        }
    }

    /// Only the prices of this list.
    pub(super) fn only(origin: Origin, list: List) -> Self {
        Self {
            lists: vec![(origin, list)],
        }
    }

    /// Whether any list has a price that is specific to a region.
    pub fn knows(&self, region: &str) -> bool {
        let global = Meter::OF_ALL_REGIONS.map(|meter| meter.to_string());
        let mut entries = self.lists.iter().flat_map(|(_, list)| &list.meters);
        entries.any(|it| it.region.as_deref() == Some(region) && !global.contains(&it.meter))
    }

    /// The price of a meter in a region: that of the region or of all regions, else that of another
    /// region, marked as borrowed.
    pub fn find(&self, meter: &Meter, region: &str) -> Option<Found<'_>> {
        let name = meter.to_string();
        let known = self.lists.iter().flat_map(|(origin, list)| {
            let entries = list.meters.iter().map(move |entry| (*origin, entry));
            entries.filter(|(_, entry)| entry.meter == name)
        });
        let is_there = |entry: &Entry| {
            let theirs = entry.region.as_deref();
            theirs.is_some_and(|theirs| theirs == region || theirs == GLOBAL)
        };
        let mut known = known.peekable();
        let first = *known.peek()?;
        let there = known.find(|(_, entry)| is_there(entry));
        let (origin, entry) = there.unwrap_or(first);
        Some(Found {
            entry,
            origin,
            borrowed: there.is_none(),
        })
    }
}
