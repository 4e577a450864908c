//! Lists of prices, and what is known by several of them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Meter, Unit};

/// The list that comes with the harness.
const BUILT_IN: &str = include_str!("list-prices.json");
/// A region of what costs the same everywhere.
const GLOBAL: &str = "global";

/// A list of prices: the format of `list-prices.json` and of what is fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct List {
    /// When it was put together.
    pub date: Date,
    /// Where its prices come from.
    pub source: String,
    /// Always `USD`.
    pub currency: Currency,
    /// The prices.
    pub meters: Vec<Entry>,
}

/// The currency of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    /// US dollars, in which Azure sets its prices.
    #[serde(rename = "USD")]
    Usd,
}

/// What one meter costs in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// The meter, as [`Meter`] is displayed.
    pub meter: String,
    /// The region, `global`, or none where the source does not name it.
    pub region: Option<String>,
    /// What the price is for.
    pub unit: Unit,
    /// The price in US dollars.
    pub price: f64,
    /// When it was the price.
    pub date: Date,
    /// Where it comes from.
    pub source: String,
}

/// Which list a price is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// One that was fetched from Azure.
    Fetched,
    /// The one that comes with the harness.
    BuiltIn,
    /// The article's of 2020.
    Article,
}

/// All that is known of prices.
#[derive(Debug, Clone)]
pub struct Prices {
    /// Those before others first.
    lists: Vec<(Origin, List)>,
}

/// A price that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<'a> {
    /// The price.
    pub entry: &'a Entry,
    /// Which list it is from.
    pub origin: Origin,
    /// Whether it is that of another region, or of one that its source does not name.
    pub borrowed: bool,
}

impl Prices {
    /// What comes with the harness, and before it what was fetched.
    pub fn new(fetched: Option<List>) -> Self {
        let built_in = serde_json::from_str(BUILT_IN).expect("the list is part of the program");
        let fetched = fetched.map(|list| (Origin::Fetched, list));
        let lists = fetched.into_iter().chain([(Origin::BuiltIn, built_in)]);
        Self {
            lists: lists.collect(),
        }
    }

    /// What is in this list, and nothing else.
    pub(super) fn only(origin: Origin, list: List) -> Self {
        Self {
            lists: vec![(origin, list)],
        }
    }

    /// Whether any list has a price of a region's own.
    pub fn knows(&self, region: &str) -> bool {
        let global = Meter::OF_ALL_REGIONS.map(|meter| meter.to_string());
        let mut entries = self.lists.iter().flat_map(|(_, list)| &list.meters);
        entries.any(|it| it.region.as_deref() == Some(region) && !global.contains(&it.meter))
    }

    /// The price of a meter in a region: that of the region or of all regions; else that of another
    /// region, which is better than none and says so.
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
