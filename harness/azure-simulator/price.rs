//! The retail price list, frozen: some meters at list prices of 2026-10.

use serde_json::{Value, json};

use super::message::{Request, Response};

/// Unit prices in US dollars. They are Microsoft's, or derived from Microsoft's.
const PRICES: &str = include_str!("prices.json");

const DATE: &str = "2026-10-01T00:00:00Z";

/// Answers a request to the price list. It needs no token. Returns `None` for another path.
pub(super) fn answer(request: &Request) -> Option<Response> {
    if request.url.path() != "/api/retail/prices" {
        return None;
    }
    let filter = request.query("$filter").unwrap_or_default();
    let Some(conditions) = conditions(&filter) else {
        let error = json!({"Error": {"Code": "BadRequest", "Message": format!("Invalid OData filter: {filter}")}});
        return Some(Response::json(400, error));
    };
    let items: Vec<Value> =
        serde_json::from_str(PRICES).expect("the embedded price list is valid JSON");
    let fits = |item: &Value| {
        conditions
            .iter()
            .all(|(field, value)| item[*field] == *value)
    };
    let items: Vec<Value> = items.into_iter().map(completed).filter(fits).collect();
    Some(Response::json(
        200,
        json!({
            "BillingCurrency": "USD",
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Count": items.len(),
            "Items": items,
            "NextPageLink": null,
        }),
    ))
}

/// Parses `field eq 'value' and ..`. Values are case-sensitive.
fn conditions(filter: &str) -> Option<Vec<(&str, &str)>> {
    let parts = filter
        .split(" and ")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (field, value) = part.split_once(" eq ")?;
            let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            let field = field.trim();
            // The filter's `priceType` is an item's `type`.
            Some((if field == "priceType" { "type" } else { field }, value))
        })
        .collect()
}

fn completed(mut item: Value) -> Value {
    item["currencyCode"] = json!("USD");
    item["tierMinimumUnits"] = json!(0.0);
    item["unitPrice"] = item["retailPrice"].clone();
    item["effectiveStartDate"] = json!(DATE);
    item["isPrimaryMeterRegion"] = json!(true);
    item
}
