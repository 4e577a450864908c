//! The bill of the 2020 article that this project is based on, for a comparable configuration.
//!
//! The article counted machines, the database and the registry. It used products that Azure no
//! longer offers, so today's smallest database counts as the smallest of the retired single server
//! (<https://learn.microsoft.com/azure/mysql/single-server/whats-happening-to-mysql-single-server>),
//! and today's smallest storage as the smallest of 2020.

use model::profile::azure::Azure;

use super::charge::{Charge, charges};
use super::{Estimate, Line, List, Meter, Origin, Prices, estimate};

const LIST: &str = include_str!("article-2020.json");

/// The region of the article.
const REGION: &str = "eastus";

/// The smallest storage of a database in GiB: today's, and that of 2020.
const LEAST: (f64, u32) = (20.0, 5);

/// The cost of a configuration, split by what the article of 2020 counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// What the article counted, at its prices.
    pub counted: Estimate,
    /// What it left out, at today's prices.
    pub left_out: Estimate,
}

/// Splits the cost of a configuration into what the article counted, and what it left out.
pub fn article(azure: &Azure, today: &Prices) -> Article {
    let list: List =
        serde_json::from_str(LIST).expect("the embedded list is valid, as a test checks");
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

/// A charge as the article counted it; `None` if the article left it out.
fn then(charge: Charge) -> Option<Charge> {
    match charge.meter.as_ref()? {
        Meter::MysqlServer(sku) if sku == "Standard_B1ms" => Some(
            Charge {
                meter: Some(Meter::MysqlServer("Basic_Gen5_1".to_owned())),
                size: "1 x Basic_Gen5_1".to_owned(),
                ..charge
            }
            .note("the smallest SKU of a retired service; today the smallest is Standard_B1ms"),
        ),
        #[expect(clippy::float_cmp, reason = "a whole number of GiB")]
        Meter::MysqlStorage if charge.count == LEAST.0 => Some(
            Charge {
                size: format!("1 x {} GiB", LEAST.1),
                count: f64::from(LEAST.1),
                ..charge
            }
            .note("the minimum was 5 GiB in 2020, today it is 20"),
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
