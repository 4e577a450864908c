//! What people see of what profiles cost.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Cost;
use crate::azure::price::{Kind, Line, Origin, Usd};
use crate::ui::Table;

/// All of it: a table, and what has to be known to read it.
pub(super) fn text(costs: &[Cost]) -> String {
    let table = match costs {
        [cost] => alone(cost),
        costs => side_by_side(costs),
    };
    let mut paragraphs = vec![table];
    paragraphs.extend(costs.iter().map(notes).filter(|notes| !notes.is_empty()));
    paragraphs.push(basis(costs));
    paragraphs.join("\n\n")
}

/// Why a profile is over its budget.
pub(super) fn over_budget(cost: &Cost) -> String {
    let Cost {
        profile, estimate, ..
    } = cost;
    format!(
        "! profile {profile} is over its budget: {}{} USD a month, and {} are allowed",
        estimate.reading(),
        estimate.total,
        cost.budget.unwrap_or_default()
    )
}

/// One profile, with how its costs come about.
fn alone(cost: &Cost) -> String {
    let mut table = Table::new(["WHAT", "SIZE", "UNIT PRICE", "PER MONTH"]);
    for line in &cost.estimate.lines {
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
        total(cost),
    ]);
    table.render()
}

/// Several profiles, a column each.
fn side_by_side(costs: &[Cost]) -> String {
    let headings = costs.iter().map(|cost| cost.profile.clone());
    let mut table = Table::of(["WHAT".to_owned()].into_iter().chain(headings).collect());
    for what in whats(costs) {
        let cells = costs.iter().map(|cost| {
            let lines = cost.estimate.lines.iter();
            let mut lines = lines.filter(|line| line.what == what);
            lines.next().map_or_else(|| "-".to_owned(), amount)
        });
        table.cells([what.to_owned()].into_iter().chain(cells).collect());
    }
    let totals = costs.iter().map(total);
    table.cells(["total".to_owned()].into_iter().chain(totals).collect());
    table.render()
}

/// What any of the profiles is charged for, in the order in which each of them has it.
fn whats(costs: &[Cost]) -> Vec<&str> {
    let mut whats: Vec<&str> = Vec::new();
    for cost in costs {
        let mut next = 0;
        for line in &cost.estimate.lines {
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
    match (line.per_month, line.kind) {
        (Some(amount), _) if is_borrowed(line) => format!("~{amount}"),
        (Some(amount), _) => amount.to_string(),
        (None, Kind::Fixed) => "unknown".to_owned(),
        (None, Kind::Usage) => "by use".to_owned(),
    }
}

fn total(cost: &Cost) -> String {
    let estimate = &cost.estimate;
    format!("{}{}", estimate.reading(), estimate.total)
}

fn is_borrowed(line: &Line) -> bool {
    line.price.as_ref().is_some_and(|price| price.borrowed)
}

/// What there is to know of one profile, below its name.
fn notes(cost: &Cost) -> String {
    let Some(region) = &cost.region else {
        return format!("{}: runs on this machine", cost.profile);
    };
    let lines = &cost.estimate.lines;
    let mut notes = vec![format!("{} ({region}):", cost.profile)];
    for line in lines {
        if let Some(note) = &line.note {
            notes.push(format!("  {}: {note}", line.what));
        }
    }
    let along = lines.iter().filter(|line| line.comes_along);
    let sum: Usd = along.clone().filter_map(|line| line.per_month).sum();
    let names: Vec<&str> = along.map(|line| &*line.what).collect();
    notes.push(format!(
        "  easily left out, as the article of 2020 did: {sum} for"
    ));
    notes.push(format!("    {}", names.join(", ")));
    if cost.estimate.about {
        notes.push("  ~ a price of another region, since none is known for this one".to_owned());
    }
    if cost.estimate.about || cost.estimate.at_least {
        let name = &cost.profile;
        notes.push(format!(
            "  `harness cost -p {name} --refresh` asks Azure for the prices of {region}"
        ));
    }
    if let Some(budget) = cost.budget.filter(|_| !cost.over_budget) {
        notes.push(if cost.estimate.at_least {
            format!("  whether it is within its budget of {budget} is unknown")
        } else {
            format!("  within its budget of {budget}")
        });
    }
    notes.join("\n")
}

/// What kind of prices these are, and of which day.
fn basis(costs: &[Cost]) -> String {
    let general = "\
US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
total.";
    let mut lines = vec![general.to_owned()];
    let prices = costs.iter().flat_map(|cost| &cost.estimate.lines);
    let mut dates: BTreeMap<Origin, Vec<Date>> = BTreeMap::new();
    for price in prices.filter_map(|line| line.price.as_ref()) {
        dates.entry(price.list).or_default().push(price.date);
    }
    for (origin, mut dates) in dates {
        dates.sort();
        let whence = match origin {
            Origin::Fetched => ".harness/prices.json, from the Azure Retail Prices API",
            Origin::BuiltIn => "the harness's own list, whose sources `--output json` names",
        };
        let days = match (dates.first(), dates.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (first, _) => first.map(Date::to_string).unwrap_or_default(),
        };
        lines.push(format!("Prices of {days}: {whence}."));
    }
    lines.join("\n")
}
