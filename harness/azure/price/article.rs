//! The bill of the article from which all of this began, for a place of the same shape.
//!
//! The article counted machines, the database and the registry. What is not to be had any more is
//! counted as what stood in its place: a database of the retired single server for the smallest of
//! today (<https://learn.microsoft.com/azure/mysql/single-server/whats-happening-to-mysql-single-server>),
//! and the least of its storage for the least of today.

use model::profile::azure::Azure;

use super::charge::{Charge, charges};
use super::{Estimate, Line, List, Meter, Origin, Prices, estimate};

/// The article's unit prices.
const LIST: &str = include_str!("article-2020.json");

/// Where the article was.
const REGION: &str = "eastus";

/// The least storage of a database in GiB: today's, and that of 2020.
const LEAST: (f64, u32) = (20.0, 5);

/// A bill of 2020.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// What the article counted, at its prices.
    pub counted: Estimate,
    /// What it left out, at the prices of today.
    pub left_out: Estimate,
}

/// What the article would have said of a place, and what it would not have.
pub fn article(azure: &Azure, today: &Prices) -> Article {
    let list: List = serde_json::from_str(LIST).expect("the list is part of the program");
    let prices = Prices::only(Origin::Article, list);
    let counted = charges(azure).into_iter().filter_map(then);
    let counted: Vec<Line> = counted.map(|it| it.price(REGION, &prices)).collect();
    let all = estimate(azure, today).lines.into_iter();
    let left_out = all.filter(|line| !counted.iter().any(|it| it.what == line.what));
    Article {
        left_out: Estimate::of(left_out.collect()),
        counted: Estimate::of(counted),
    }
}

/// A charge as the article counted it; none if it did not.
fn then(charge: Charge) -> Option<Charge> {
    match charge.meter.as_ref()? {
        Meter::MysqlServer(sku) if sku == "Standard_B1ms" => Some(
            Charge {
                meter: Some(Meter::MysqlServer("Basic_Gen5_1".to_owned())),
                size: "1 x Basic_Gen5_1".to_owned(),
                ..charge
            }
            .note("the smallest of a service that is retired; Standard_B1ms is the smallest today"),
        ),
        #[expect(clippy::float_cmp, reason = "a whole number of GiB")]
        Meter::MysqlStorage if charge.count == LEAST.0 => Some(
            Charge {
                size: format!("1 x {} GiB", LEAST.1),
                count: f64::from(LEAST.1),
                ..charge
            }
            .note("5 GiB were the least then, 20 are today"),
        ),
        Meter::Machine(_)
        | Meter::MysqlServer(_)
        | Meter::MysqlVcore(_)
        | Meter::MysqlStorage
        | Meter::Registry(_) => Some(charge),
        Meter::ControlPlane(_)
        | Meter::Disk(_)
        | Meter::MysqlBackup
        | Meter::LoadBalancer
        | Meter::PublicIp
        | Meter::PrivateDnsZone => None,
    }
}
