//! From a place in Azure to what a month of it costs.

use model::profile::azure::{Azure, Tier};
use serde::Serialize;

use super::charge::{Charge, charges};
use super::{Found, Meter, Prices, Unit, Usd};

/// What a month costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// What is charged for, one thing a line.
    pub lines: Vec<Line>,
    /// The sum of the fixed lines whose price is known.
    pub total: Usd,
    /// Whether a fixed line has no known price, so that it costs more than the total.
    pub at_least: bool,
    /// Whether a price is that of another region.
    pub about: bool,
}

/// Something that is charged for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// What it is, such as `nodes (system)`.
    pub what: String,
    /// How many of which, such as `2 x Standard_D2s_v5`.
    pub size: String,
    /// The meter, as lists of prices call it; none for what has no meter.
    pub meter: Option<String>,
    /// How many units are charged in a month; none if that depends on use.
    pub quantity: Option<f64>,
    /// The unit.
    pub unit: Unit,
    /// US dollars for a unit; none if unknown.
    pub unit_price: Option<f64>,
    /// US dollars for a month; none if unknown.
    pub per_month: Option<Usd>,
    /// US dollars for a month at most, where it is not certain that it is charged at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_month_at_most: Option<Usd>,
    /// Whether it is charged whatever happens.
    pub kind: Kind,
    /// Where the price comes from, and of which day it is.
    pub price: Option<Provenance>,
    /// Whether it comes along with what was asked for, so that it is easily left out.
    pub comes_along: bool,
    /// What else there is to know.
    pub note: Option<String>,
}

/// Whether something is charged whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// For every month, whatever happens.
    Fixed,
    /// By use, which nobody knows beforehand; not in the total.
    Usage,
}

/// Where a price comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// The list.
    pub list: super::Origin,
    /// The day.
    pub date: jiff::civil::Date,
    /// The region, or none where the source does not name it.
    pub region: Option<String>,
    /// The source.
    pub source: String,
    /// Whether it is the price of another region, or of one that the source does not name.
    pub borrowed: bool,
}

impl From<Found<'_>> for Provenance {
    fn from(found: Found<'_>) -> Self {
        Self {
            list: found.origin,
            date: found.entry.date,
            region: found.entry.region.clone(),
            source: found.entry.source.clone(),
            borrowed: found.borrowed,
        }
    }
}

/// What a month of a place costs.
pub fn estimate(azure: &Azure, prices: &Prices) -> Estimate {
    let fixed = charges(azure).into_iter();
    let mut lines: Vec<Line> = fixed.map(|it| it.price(&azure.region, prices)).collect();
    if azure.kubernetes.tier == Tier::Free {
        lines.insert(0, free_control_plane(&azure.region, prices));
    }
    lines.push(backups(azure, prices));
    lines.push(traffic());
    Estimate::of(lines)
}

/// The meters that a place uses.
pub fn meters(azure: &Azure) -> Vec<Meter> {
    let fixed = charges(azure).into_iter().filter_map(|it| it.meter);
    let free = (azure.kubernetes.tier == Tier::Free).then_some(Meter::ControlPlane(Tier::Free));
    free.into_iter()
        .chain(fixed)
        .chain([Meter::MysqlBackup])
        .collect()
}

/// A tier that is called free, and has a meter all the same. Whether that is charged is not known, so
/// it is no part of a total.
fn free_control_plane(region: &str, prices: &Prices) -> Line {
    let meter = Meter::ControlPlane(Tier::Free);
    let line = Charge::new("control plane", "free".to_owned(), 1, Some(meter))
        .note(
            if prices
                .find(&Meter::ControlPlane(Tier::Free), region)
                .is_some()
            {
                "has a meter since 2026-10-01; unconfirmed whether charged, so not in the total"
            } else {
                "no meter of this tier is known, and it has no promise of availability"
            },
        )
        .price(region, prices);
    Line {
        unit: Unit::Hour,
        unit_price: Some(0.0),
        per_month: Some(Usd::default()),
        per_month_at_most: line.per_month,
        ..line
    }
}

fn backups(azure: &Azure, prices: &Prices) -> Line {
    let size = format!("beyond {} GiB", azure.mysql.storage_gib);
    let charge = Charge::new("database backups", size, 0, Some(Meter::MysqlBackup));
    let charge = if azure.mysql.geo_redundant_backup {
        charge.note("kept twice, in the paired region as well")
    } else {
        charge
    };
    charge.price(&azure.region, prices).by_use()
}

fn traffic() -> Line {
    Line {
        what: "traffic".to_owned(),
        size: "what goes out".to_owned(),
        meter: None,
        quantity: None,
        unit: Unit::GibMonth,
        unit_price: None,
        per_month: None,
        per_month_at_most: None,
        kind: Kind::Usage,
        price: None,
        comes_along: false,
        note: None,
    }
}

impl Charge {
    /// The line of it, in a region.
    pub(super) fn price(self, region: &str, prices: &Prices) -> Line {
        let meter = self.meter.as_ref();
        let found = meter.and_then(|meter| prices.find(meter, region));
        let usual = meter.map_or(Unit::Month, Meter::unit);
        let unit = found.map_or(usual, |found| found.entry.unit);
        let quantity = self.count * unit.per_month();
        let unit_price = found.map(|found| found.entry.price);
        Line {
            what: self.what,
            size: self.size,
            meter: meter.map(Meter::to_string),
            quantity: Some(quantity),
            unit,
            unit_price,
            per_month: unit_price.map(|price| Usd::of(quantity * price)),
            per_month_at_most: None,
            kind: Kind::Fixed,
            comes_along: meter.is_none_or(Meter::comes_along),
            price: found.map(Provenance::from),
            note: self.note.map(str::to_owned),
        }
    }
}

impl Line {
    /// The same, where nobody knows beforehand how much it will be.
    fn by_use(self) -> Self {
        Self {
            quantity: None,
            per_month: None,
            kind: Kind::Usage,
            ..self
        }
    }
}

impl Estimate {
    /// The sum of lines.
    pub(super) fn of(lines: Vec<Line>) -> Self {
        let fixed = || lines.iter().filter(|line| line.kind == Kind::Fixed);
        // One that may not be charged says nothing of the total.
        let certain = |line: &&Line| line.per_month_at_most.is_none();
        let borrowed = |line: &Line| line.price.as_ref().is_some_and(|it| it.borrowed);
        Self {
            total: fixed().filter_map(|line| line.per_month).sum(),
            at_least: fixed().any(|line| line.per_month.is_none()),
            about: fixed().filter(certain).any(borrowed),
            lines,
        }
    }

    /// What costs nothing, because it runs on machines that are there anyway.
    pub fn nothing() -> Self {
        Self::of(Vec::new())
    }

    /// How the total is to be read: nothing, `about`, `at least`.
    pub fn reading(&self) -> &'static str {
        match (self.about, self.at_least) {
            (false, false) => "",
            (true, false) => "about ",
            (false, true) => "at least ",
            (true, true) => "at least about ",
        }
    }
}
