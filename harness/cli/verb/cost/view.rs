//! The text of the costs of profiles.

use std::collections::BTreeMap;

use azure::price::{Estimate, Kind, Line, Origin, Usd};
use jiff::civil::Date;

use super::costs::Cost;
use crate::ui::Table;

const LEFT_OUT: &str = "What the article left out, at today's prices:";

type Column<'a> = (&'a str, &'a Estimate);

/// A table, and the notes that explain it.
pub(super) fn text(costs: &[Cost]) -> String {
    let columns: Vec<Column<'_>> = costs
        .iter()
        .map(|cost| (&*cost.profile, &cost.estimate))
        .collect();
    let left_out = costs
        .iter()
        .filter_map(|cost| Some((&*cost.profile, cost.left_out.as_ref()?)));
    let left_out: Vec<Column<'_>> = left_out.collect();
    let mut paragraphs = vec![table(&columns)];
    if !left_out.is_empty() {
        paragraphs.push(format!("{LEFT_OUT}\n\n{}", table(&left_out)));
    }
    paragraphs.extend(costs.iter().map(notes).filter(|notes| !notes.is_empty()));
    paragraphs.push(basis(costs));
    paragraphs.join("\n\n")
}

fn table(columns: &[Column<'_>]) -> String {
    match columns {
        [(_, estimate)] => alone(estimate),
        columns => side_by_side(columns),
    }
}

pub(super) fn over_budget(cost: &Cost) -> String {
    let Cost {
        profile, estimate, ..
    } = cost;
    format!(
        "! profile {profile} is over its budget: {}{} USD a month, more than the {} USD allowed",
        estimate.qualifier(),
        estimate.total,
        cost.budget.unwrap_or_default()
    )
}

/// One profile, with unit prices.
fn alone(estimate: &Estimate) -> String {
    let mut table = Table::new(["WHAT", "SIZE", "UNIT PRICE", "PER MONTH"]);
    for line in &estimate.lines {
        let unit_price = line.unit_price.map_or_else(
            || "unknown".to_owned(),
            |price| format!("{price} per {}", line.unit.word()),
        );
        table.row([
            line.what.clone(),
            line.size.clone(),
            unit_price,
            amount(line),
        ]);
    }
    table.row([
        "total".to_owned(),
        String::new(),
        String::new(),
        total(estimate),
    ]);
    table.render()
}

/// Several profiles, one column each.
fn side_by_side(columns: &[Column<'_>]) -> String {
    let headings = columns.iter().map(|(profile, _)| (*profile).to_owned());
    let mut table = Table::of(["WHAT".to_owned()].into_iter().chain(headings).collect());
    for what in whats(columns) {
        let cells = columns.iter().map(|(_, estimate)| {
            let lines = estimate.lines.iter();
            let mut lines = lines.filter(|line| line.what == what);
            lines.next().map_or_else(|| "-".to_owned(), amount)
        });
        table.cells([what.to_owned()].into_iter().chain(cells).collect());
    }
    let totals = columns.iter().map(|(_, estimate)| total(estimate));
    table.cells(["total".to_owned()].into_iter().chain(totals).collect());
    table.render()
}

/// The items that any of the profiles is charged for, in the profiles' order.
fn whats<'a>(columns: &[Column<'a>]) -> Vec<&'a str> {
    let mut whats: Vec<&str> = Vec::new();
    for (_, estimate) in columns {
        let mut next = 0;
        for line in &estimate.lines {
            let known = whats.iter().position(|what| *what == line.what);
            let at = known.unwrap_or_else(|| {
                whats.insert(next, &line.what);
                next
            });
            next = at + 1;
        }
    }
    whats
}

fn amount(line: &Line) -> String {
    if let Some(most) = line.per_month_at_most {
        let mark = if is_borrowed(line) { "~" } else { "" };
        return format!("0 to {mark}{most}");
    }
    match (line.per_month, line.kind) {
        (Some(amount), _) if is_borrowed(line) => format!("~{amount}"),
        (Some(amount), _) => amount.to_string(),
        (None, Kind::Fixed) => "unknown".to_owned(),
        (None, Kind::Usage) => "by usage".to_owned(),
    }
}

fn total(estimate: &Estimate) -> String {
    format!("{}{}", estimate.qualifier(), estimate.total)
}

fn is_borrowed(line: &Line) -> bool {
    line.price.as_ref().is_some_and(|price| price.borrowed)
}

/// The notes about one profile, below its name.
fn notes(cost: &Cost) -> String {
    let Some(region) = &cost.region else {
        return format!("{}: runs on this machine", cost.profile);
    };
    let left_out = cost.left_out.as_ref();
    let lines = || {
        let left_out = left_out.into_iter().flat_map(|estimate| &estimate.lines);
        cost.estimate.lines.iter().chain(left_out)
    };
    let mut notes = vec![format!("{} ({region}):", cost.profile)];
    for line in lines() {
        if let Some(note) = &line.note {
            notes.push(format!("  {}: {note}", line.what));
        }
    }
    if left_out.is_none() {
        let along = lines().filter(|line| line.comes_along);
        let sum: Usd = along.clone().filter_map(|line| line.per_month).sum();
        let names: Vec<&str> = along.map(|line| &*line.what).collect();
        notes.push(format!(
            "  easily forgotten, as in the article of 2020: {sum} for"
        ));
        notes.push(format!("    {}", names.join(", ")));
    }
    if cost.region_known == Some(false) {
        notes.push(format!(
            "  no price list has the region {region}: these are prices of other regions; check \
             that the region exists"
        ));
    } else if lines().any(is_borrowed) {
        notes.push(
            "  ~ a price of another region, since the price of this one is \
                    unknown"
                .to_owned(),
        );
    }
    let today = left_out.unwrap_or(&cost.estimate);
    if today.about || today.at_least {
        notes.push(format!(
            "  `--refresh` fetches the prices of {region} from Azure"
        ));
    }
    if let Some(budget) = cost.budget.filter(|_| !cost.over_budget) {
        notes.push(if cost.estimate.at_least {
            format!("  unknown whether it is within its budget of {budget}")
        } else {
            format!("  within its budget of {budget}")
        });
    }
    notes.join("\n")
}

/// The kind of these prices, and their dates.
fn basis(costs: &[Cost]) -> String {
    let general = "\
US dollars, list price, without tax or discount; 730 hours a month. The total
excludes items by usage.";
    let mut lines = vec![general.to_owned()];
    let estimates = costs
        .iter()
        .flat_map(|cost| std::iter::once(&cost.estimate).chain(&cost.left_out));
    let prices = estimates.flat_map(|estimate| &estimate.lines);
    let mut dates: BTreeMap<Origin, Vec<Date>> = BTreeMap::new();
    for price in prices.filter_map(|line| line.price.as_ref()) {
        dates.entry(price.list).or_default().push(price.date);
    }
    for (origin, mut dates) in dates {
        dates.sort();
        let source = match origin {
            Origin::Fetched => ".harness/prices.json, from the Azure Retail Prices API",
            Origin::Article => "the table of the article of 2020, in East US",
            Origin::BuiltIn => "the harness's own list; `--output json` names its sources",
        };
        let days = match (dates.first(), dates.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (first, _) => first.map(Date::to_string).unwrap_or_default(),
        };
        lines.push(format!("Prices of {days}: {source}."));
    }
    lines.join("\n")
}
