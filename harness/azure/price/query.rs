//! Maps meters to Azure's Retail Prices API: the filter of a query, and the matching item of the
//! answer.
//!
//! Values in filters are case-sensitive since version 2023-01-01-preview. Items are checked again
//! here, because a filter also returns others: Windows, spot machines, disk mounts.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::profile::azure::{RegistrySku, Tier};
use serde::Deserialize;

use super::{Meter, Unit};

/// The API version.
const VERSION: &str = "2023-01-01-preview";

/// A page of the answer, with the fields that are used here.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    pub items: Vec<Item>,
    /// The URL of the next page, if there is one.
    pub next_page_link: Option<String>,
}

/// One price of the answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The price in US dollars.
    pub retail_price: f64,
    /// The number of units from which the price applies.
    pub tier_minimum_units: f64,
    /// The region, `Global`, or empty.
    pub arm_region_name: String,
    pub product_name: String,
    pub sku_name: String,
    pub meter_name: String,
    /// The unit of the price.
    pub unit_of_measure: String,
    /// `Consumption`, `Reservation`, ...
    #[serde(rename = "type")]
    pub price_type: String,
    /// The end of the price's validity; `None` if it is open.
    #[serde(default)]
    pub effective_end_date: Option<Timestamp>,
}

impl Item {
    /// Whether the price is no longer valid on a day.
    fn is_over(&self, today: Date) -> bool {
        let end = self
            .effective_end_date
            .map(|end| end.to_zoned(TimeZone::UTC).date());
        end.is_some_and(|end| end < today)
    }
}

impl Unit {
    fn is_written(self, text: &str) -> bool {
        serde_json::to_value(self).is_ok_and(|word| word == text)
    }
}

/// The query string of a filter, without `?`.
pub fn query(filter: &str) -> String {
    format!("api-version={VERSION}&currencyCode='USD'&meterRegion='primary'&$filter={filter}")
}

/// The filter for a meter. Several meters may share one.
pub fn filter(meter: &Meter, region: &str) -> String {
    let here = format!("armRegionName eq '{region}' and ");
    let (place, rest) = match meter {
        Meter::ControlPlane(_) => (
            &*here,
            "serviceName eq 'Azure Kubernetes Service'".to_owned(),
        ),
        Meter::Machine(size) => (
            &*here,
            format!("serviceName eq 'Virtual Machines' and armSkuName eq '{size}'"),
        ),
        Meter::Disk(class) => (
            &*here,
            format!(
                "serviceName eq 'Storage' and productName eq 'Premium SSD Managed Disks' \
                 and skuName eq '{class} LRS'"
            ),
        ),
        Meter::MysqlServer(_) | Meter::MysqlVcore(_) | Meter::MysqlStorage | Meter::MysqlBackup => {
            (
                &*here,
                "serviceName eq 'Azure Database for MySQL'".to_owned(),
            )
        }
        Meter::Registry(_) => (&*here, "serviceName eq 'Container Registry'".to_owned()),
        // Some of these have one price for all regions.
        Meter::LoadBalancer => (
            "",
            "serviceName eq 'Load Balancer' and skuName eq 'Standard'".to_owned(),
        ),
        Meter::PublicIp => (
            "",
            "meterName eq 'Standard IPv4 Static Public IP'".to_owned(),
        ),
        Meter::PrivateDnsZone => (
            "",
            "serviceName eq 'Azure DNS' and meterName eq 'Private Zone'".to_owned(),
        ),
    };
    format!("{place}{rest} and priceType eq 'Consumption'")
}

/// Finds the price of a meter that is valid on `today`. `None` if no item matches, or if several
/// items match with different prices.
pub fn pick(meter: &Meter, region: &str, items: &[Item], today: Date) -> Option<(f64, Unit)> {
    let unit = meter.unit();
    let meant = |item: &&Item| {
        item.price_type == "Consumption"
            && item.tier_minimum_units == 0.0
            && !item.is_over(today)
            && unit.is_written(&item.unit_of_measure)
            && is(meter, item)
    };
    let prices = |there: &dyn Fn(&str) -> bool| {
        let of_region = items.iter().filter(meant);
        let of_region = of_region.filter(|item| there(&item.arm_region_name));
        let mut prices: Vec<f64> = of_region.map(|item| item.retail_price).collect();
        prices.sort_by(f64::total_cmp);
        prices.dedup();
        prices
    };
    let here = prices(&|place| place == region);
    let everywhere = || prices(&|place| place.is_empty() || place == "Global");
    let found = if here.is_empty() { everywhere() } else { here };
    match *found {
        [price] if price.is_finite() && price > 0.0 => Some((price, unit)),
        _ => None,
    }
}

fn is(meter: &Meter, item: &Item) -> bool {
    let product = item.product_name.as_str();
    let name = item.meter_name.as_str();
    match meter {
        Meter::ControlPlane(Tier::Free) => name == "FreeTierInfrastructureCost Uptime SLA",
        Meter::ControlPlane(Tier::Standard) => name == "Standard Uptime SLA",
        Meter::ControlPlane(Tier::Premium) => name == "Standard Long Term Support",
        Meter::Machine(_) => {
            let other = |text: &str| text.contains("Spot") || text.contains("Low Priority");
            !product.contains("Windows")
                && !product.contains("Cloud Services")
                && !other(name)
                && !other(&item.sku_name)
        }
        Meter::Disk(class) => item.sku_name == format!("{class} LRS") && !name.contains("Mount"),
        Meter::MysqlServer(sku) => {
            product.ends_with("Flexible Server Burstable BS Series Compute")
                && sku
                    .strip_prefix("Standard_")
                    .is_some_and(|size| size.eq_ignore_ascii_case(name))
        }
        Meter::MysqlVcore(family) => {
            let series = match family.as_str() {
                "Ddsv4" => "General Purpose",
                other => other,
            };
            name == "vCore"
                && product.ends_with(&format!("Flexible Server {series} Series Compute"))
        }
        Meter::MysqlStorage => {
            product.ends_with("Flexible Server Storage") && name == "Storage Data Stored"
        }
        Meter::MysqlBackup => {
            product.contains("Flexible Server") && name == "Backup Storage LRS Data Stored"
        }
        Meter::Registry(sku) => {
            let sku = match sku {
                RegistrySku::Basic => "Basic",
                RegistrySku::Standard => "Standard",
                RegistrySku::Premium => "Premium",
            };
            name.strip_suffix(" Registry Unit") == Some(sku)
        }
        Meter::LoadBalancer => name.starts_with("Standard Included LB Rules"),
        Meter::PublicIp => name == "Standard IPv4 Static Public IP",
        Meter::PrivateDnsZone => name == "Private Zone",
    }
}
