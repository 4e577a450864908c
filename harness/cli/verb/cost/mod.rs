//! `harness cost`.

mod costs;
mod refresh;
mod view;

use azure::price::{self, Article, Estimate, Prices};
use azure::retail;
use model::azure_limits::is_region;
use model::profile::azure::Azure;
use model::profile::{Backend, Profile};

use self::costs::{Cost, Costs};
use super::VerbResult;
use super::session::{self, DEFAULT_PROFILE, Target};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Estimate what profiles cost in a month, before anything is created in Azure
///
/// Uses list prices in US dollars, without tax or discount. With an unknown price, the total says
/// "at least". Exits 99 if a profile costs more than its `budget`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness cost -p azure
  harness cost -p local -p azure -p azure-seed
  harness cost -p azure --set backend.azure.mysql.storage=128
  harness cost -p azure --refresh   with today's prices
  harness cost -p azure-seed --prices article-2020")]
pub(super) struct Args {
    /// Profile by name or file; may be repeated
    #[arg(long, short, value_name = "NAME", default_value = DEFAULT_PROFILE)]
    profile: Vec<String>,
    /// Set a key of all profiles, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Price list to use
    #[arg(
        long,
        value_enum,
        value_name = "LIST",
        default_value_t,
        conflicts_with = "refresh"
    )]
    prices: By,
    /// First fetch the prices of these profiles from Azure, into .harness/prices.json
    #[arg(long)]
    refresh: bool,
    /// Base address of the price API
    #[arg(long, value_name = "URL", hide = true, default_value = retail::BASE)]
    prices_from: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum By {
    /// Today's prices, as far as they are known
    #[default]
    Today,
    /// The prices of the article of 2020, with a separate table of what it left out
    #[value(name = "article-2020")]
    Article,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let targets = args.profile.iter();
    let targets = targets.map(|word| Target::named(word, &args.set));
    let profiles: Vec<Profile> = targets
        .map(|target| session::load(&target).profile().cloned())
        .collect::<Result<_, CommandError>>()?;
    if args.refresh {
        refresh::run(&places(&profiles), &args.prices_from, ui).await?;
    }
    let prices = Prices::new(refresh::fetched()?);
    let costs: Vec<Cost> = profiles
        .iter()
        .map(|it| cost(it, &prices, args.prices))
        .collect();
    ui.text(view::text(&costs));
    for over in costs.iter().filter(|cost| cost.over_budget) {
        ui.say(view::over_budget(over));
    }
    let over = costs.iter().any(|cost| cost.over_budget);
    ui.json(&Costs {
        currency: "USD",
        basis: "list price, without tax or discount",
        hours_per_month: price::Unit::Hour.per_month(),
        profiles: costs,
    });
    Ok(if over {
        Exit::ThresholdMissed
    } else {
        Exit::Ok
    })
}

/// The costs of one profile in Azure, by the prices that `cost` uses.
pub(super) fn estimate(azure: &Azure) -> Result<Estimate, CommandError> {
    let prices = Prices::new(refresh::fetched()?);
    Ok(price::estimate(azure, &prices))
}

/// The Azure settings of those profiles that have backend `azure`.
fn places(profiles: &[Profile]) -> Vec<&Azure> {
    profiles.iter().filter_map(place).collect()
}

fn place(profile: &Profile) -> Option<&Azure> {
    match &profile.backend {
        Backend::Azure(azure) => Some(azure),
        Backend::Local { .. }
        | Backend::Process { .. }
        | Backend::K3d(_)
        | Backend::Simulated
        | Backend::Existing(_) => None,
    }
}

fn cost(profile: &Profile, prices: &Prices, by: By) -> Cost {
    let place = place(profile);
    let (estimate, left_out) = match (place, by) {
        (None, _) => (Estimate::nothing(), None),
        (Some(azure), By::Today) => (price::estimate(azure, prices), None),
        (Some(azure), By::Article) => {
            let Article { counted, left_out } = price::article(azure, prices);
            (counted, Some(left_out))
        }
    };
    // A budget is compared with today's prices.
    let budget = place
        .and_then(|azure| azure.budget)
        .filter(|_| by == By::Today);
    Cost {
        profile: profile.name.to_string(),
        backend: profile.backend.kind(),
        region: place.map(|azure| azure.region.clone()),
        region_known: place.map(|azure| is_region(&azure.region) || prices.knows(&azure.region)),
        over_budget: budget.is_some_and(|budget| estimate.total > price::Usd::of(budget.into())),
        estimate,
        left_out,
        budget,
    }
}
