//! Estimates the monthly cost of a configuration in Azure.

use model::profile::azure::{Azure, Tier};
use serde::Serialize;

use super::charge::{Charge, charges};
use super::{Found, Meter, Prices, Unit, Usd};

/// The estimated cost of a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// One line for each charge.
    pub lines: Vec<Line>,
    /// The sum of the fixed lines whose price is known.
    pub total: Usd,
    /// Whether a fixed line has no known price, so that the cost is more than the total.
    pub at_least: bool,
    /// Whether the total contains a price of another region.
    pub about: bool,
}

/// One charge.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// Such as `nodes (system)`.
    pub what: String,
    /// Such as `2 x Standard_D2s_v5`.
    pub size: String,
    /// The meter, as price lists name it; `None` if there is no meter.
    pub meter: Option<String>,
    /// The units charged in a month; `None` if that depends on use.
    pub quantity: Option<f64>,
    pub unit: Unit,
    /// US dollars for a unit; `None` if unknown.
    pub unit_price: Option<f64>,
    /// US dollars for a month; `None` if unknown.
    pub per_month: Option<Usd>,
    /// US dollars for a month at most, if it is not certain that Azure charges it at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_month_at_most: Option<Usd>,
    /// Whether it is charged every month or by use.
    pub kind: Kind,
    /// The source and the date of the price.
    pub price: Option<Provenance>,
    /// Whether it is a side cost of what the profile asks for, which is easily forgotten.
    pub comes_along: bool,
    /// A remark for people.
    pub note: Option<String>,
}

/// Whether something is charged every month or by use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Charged every month.
    Fixed,
    /// Charged by use, which is not known in advance; not in the total.
    Usage,
}

/// The source of a price.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    pub list: super::Origin,
    pub date: jiff::civil::Date,
    /// The region; `None` if the source does not name it.
    pub region: Option<String>,
    pub source: String,
    /// Whether the price is for another region, or the source names no region.
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

/// The cost of a month.
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

/// The meters that a configuration uses.
pub fn meters(azure: &Azure) -> Vec<Meter> {
    let fixed = charges(azure).into_iter().filter_map(|it| it.meter);
    let free = (azure.kubernetes.tier == Tier::Free).then_some(Meter::ControlPlane(Tier::Free));
    free.into_iter()
        .chain(fixed)
        .chain([Meter::MysqlBackup])
        .collect()
}

/// The free tier of a control plane. It has a meter as well, and it is not known whether Azure
/// charges it, so it is not part of a total.
fn free_control_plane(region: &str, prices: &Prices) -> Line {
    let meter = Meter::ControlPlane(Tier::Free);
    let line = Charge::new("control plane", "free".to_owned(), 1, Some(meter))
        .note(
            if prices
                .find(&Meter::ControlPlane(Tier::Free), region)
                .is_some()
            {
                "metered since 2026-10-01, but unconfirmed whether charged: not in the total"
            } else {
                "this tier has no known meter and no guaranteed availability"
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
        charge.note("stored twice, also in the paired region")
    } else {
        charge
    };
    charge.price(&azure.region, prices).by_use()
}

fn traffic() -> Line {
    Line {
        what: "traffic".to_owned(),
        size: "outbound data".to_owned(),
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
    /// The line of this charge at the prices of a region.
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
    /// The same charge by use, whose amount is not known in advance.
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
    /// Adds up lines.
    pub(super) fn of(lines: Vec<Line>) -> Self {
        let fixed = || lines.iter().filter(|line| line.kind == Kind::Fixed);
        // A line that may not be charged does not affect the total.
        let certain = |line: &&Line| line.per_month_at_most.is_none();
        let borrowed = |line: &Line| line.price.as_ref().is_some_and(|it| it.borrowed);
        Self {
            total: fixed().filter_map(|line| line.per_month).sum(),
            at_least: fixed().any(|line| line.per_month.is_none()),
            about: fixed().filter(certain).any(borrowed),
            lines,
        }
    }

    /// An estimate without charges, for a topology on existing machines.
    pub fn nothing() -> Self {
        Self::of(Vec::new())
    }

    /// The words before the total: none, `about `, `at least ` or `at least about `.
    pub fn qualifier(&self) -> &'static str {
        match (self.about, self.at_least) {
            (false, false) => "",
            (true, false) => "about ",
            (false, true) => "at least ",
            (true, true) => "at least about ",
        }
    }
}
