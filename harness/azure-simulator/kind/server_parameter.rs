//! The parameters of a MySQL server. They always exist, can be set within bounds, and cannot be
//! deleted. A parameter that is not listed here has unknown bounds, and every value of it is
//! accepted.
//!
//! <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-server-parameters>, and
//! recordings in the tests of azure-cli (`mysql/tests/latest/recordings`, 2023-04).

use azure::resource_type;
use model::azure_limits::{self, ParameterRange};
use serde_json::{Value, json};

use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::draft::Draft;

/// A parameter, for the SKU of a server.
struct Parameter {
    default: String,
    values: Values,
    is_static: bool,
}

/// The allowed values.
enum Values {
    Between(u64, u64),
    OneOf(&'static [&'static str]),
    /// Read-only.
    Fixed,
}

/// Numbers that do not depend on the SKU: name, default, minimum, maximum.
const NUMBERS: &[(&str, u64, u64, u64)] = &[
    ("thread_cache_size", 9, 0, 16_384),
    ("table_open_cache", 600, 1, 524_288),
];
const WORDS: &[(&str, &[&str], bool)] = &[
    ("require_secure_transport", &["ON", "OFF"], false),
    ("log_bin_trust_function_creators", &["ON", "OFF"], false),
    ("sql_generate_invisible_primary_key", &["ON", "OFF"], false),
    (
        "innodb_log_file_size",
        &["268435456", "536870912", "1073741824", "2147483648"],
        true,
    ),
    ("lower_case_table_names", &["1", "2"], true),
];
/// Read-only parameters with their values. The binary log is always on, and its format is fixed.
/// Sources of the others: <https://github.com/Azure/azure-mysql/issues/295> and the recordings.
const FIXED: &[(&str, &str)] = &[
    ("log_bin", "ON"),
    ("binlog_format", "ROW"),
    ("sync_binlog", "1"),
    ("ssl_cipher", ""),
    ("error_server_log_file", ""),
];

impl Parameter {
    /// The parameter with this name, if its bounds are known.
    fn of(name: &str, sku: &str) -> Option<Self> {
        let number = |default: u64, least, most| Self {
            default: default.to_string(),
            values: Values::Between(least, most),
            is_static: false,
        };
        let by_sku = |range: ParameterRange| number(range.default, range.minimum, range.maximum);
        match name {
            "max_connections" => return azure_limits::connections(sku).map(by_sku),
            "innodb_buffer_pool_size" => return azure_limits::buffer_pool(sku).map(by_sku),
            _ => {}
        }
        if let Some((_, default, least, most)) = NUMBERS.iter().find(|(one, ..)| *one == name) {
            return Some(number(*default, *least, *most));
        }
        if let Some((_, words, is_static)) = WORDS.iter().find(|(one, ..)| *one == name) {
            return Some(Self {
                default: words[0].to_owned(),
                values: Values::OneOf(words),
                is_static: *is_static,
            });
        }
        let (_, default) = FIXED.iter().find(|(one, _)| *one == name)?;
        Some(Self {
            default: (*default).to_owned(),
            values: Values::Fixed,
            is_static: true,
        })
    }

    fn allowed(&self) -> String {
        match &self.values {
            Values::Between(least, most) => format!("{least}-{most}"),
            Values::OneOf(words) => words.join(","),
            Values::Fixed => String::new(),
        }
    }

    fn accepts(&self, value: &str) -> bool {
        match &self.values {
            Values::Between(least, most) => value
                .parse()
                .is_ok_and(|number: u64| (*least..=*most).contains(&number)),
            Values::OneOf(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
            Values::Fixed => value == self.default,
        }
    }

    fn data_type(&self) -> &'static str {
        match &self.values {
            Values::Between(..) => "Integer",
            Values::OneOf(_) => "Enumeration",
            Values::Fixed => "String",
        }
    }
}

/// Refuses a value outside the bounds, and a change of a read-only parameter.
pub(super) fn check(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.required("/properties/value")?;
    draft.one_of("/properties/source", &["system-default", "user-override"])?;
    let name = draft.id.name().to_lowercase();
    let value = draft.text("/properties/value").unwrap_or_default();
    let (sku, version) = server(draft.state, draft.id);
    let Some(parameter) = Parameter::of(&name, sku) else {
        return Ok(());
    };
    if matches!(parameter.values, Values::Fixed) && !parameter.accepts(value) {
        // Azure's text has this 0.
        let message = format!(
            "The configuration(s) '{name}' is(are) read-only for 0 server version {version}."
        );
        return Err(Refusal::bad("ConfigurationReadOnly", message));
    }
    // No recording has MySQL's refusal. This is the text of the provider of PostgreSQL.
    if !parameter.accepts(value) {
        let message = format!(
            "The value: [{value}] of Server Parameter: [{name}] is invalid, the allowed values \
             are: [{}]",
            parameter.allowed()
        );
        return Err(Refusal::bad("InvalidParameterValue", message).about(name));
    }
    if draft.text("/properties/source") == Some("system-default") && value != parameter.default {
        let message = format!(
            "The value for configuration {name} is not consistent with default value {}.",
            parameter.default
        );
        return Err(Refusal::bad("InvalidParameterValue", message).about(name));
    }
    Ok(())
}

/// The SKU and the version of the parameter's server.
fn server<'a>(state: &'a State, id: &ResourceId) -> (&'a str, &'a str) {
    let server = id.parent().and_then(|id| state.resources.get(&id.key()));
    let text = |pointer: &str| server.and_then(|one| one.document.pointer(pointer)?.as_str());
    (
        text("/sku/name").unwrap_or_default(),
        text("/properties/version").unwrap_or_default(),
    )
}

/// A parameter with its default value, as a GET shows it. `None` if its bounds are unknown or the
/// server does not exist.
pub(in super::super) fn default_of(state: &State, id: &ResourceId) -> Option<Value> {
    let existing = id.parent().and_then(|id| state.resources.get(&id.key()));
    let (sku, _) = existing.map(|_| server(state, id))?;
    let parameter = Parameter::of(&id.name().to_lowercase(), sku)?;
    let mut document = json!({
        "id": id.to_string(),
        "name": id.name(),
        "type": resource_type::PARAMETER,
        "properties": {"value": parameter.default, "source": "system-default"},
    });
    describe(state, id, &mut document);
    Some(document)
}

/// The parameters of a server that have known bounds and their default values.
pub(in super::super) fn all_defaults(state: &State, server: &ResourceId) -> Vec<Value> {
    let names = ["max_connections", "innodb_buffer_pool_size"].into_iter();
    let names = names
        .chain(NUMBERS.iter().map(|(name, ..)| *name))
        .chain(WORDS.iter().map(|(name, ..)| *name))
        .chain(FIXED.iter().map(|(name, _)| *name));
    let ids = names.map(|name| ResourceId::parse(&format!("{server}/configurations/{name}")));
    ids.filter(|id| !state.resources.contains_key(&id.key()))
        .filter_map(|id| default_of(state, &id))
        .collect()
}

/// Adds the default, the bounds and the type to a parameter.
pub(in super::super) fn describe(state: &State, id: &ResourceId, document: &mut Value) {
    let properties = &mut document["properties"];
    properties["currentValue"] = properties["value"].clone();
    let (sku, _) = server(state, id);
    let Some(parameter) = Parameter::of(&id.name().to_lowercase(), sku) else {
        return;
    };
    let word = |holds: bool| json!(if holds { "True" } else { "False" });
    let fixed = matches!(parameter.values, Values::Fixed);
    properties["defaultValue"] = json!(parameter.default);
    properties["allowedValues"] = json!(parameter.allowed());
    properties["dataType"] = json!(parameter.data_type());
    properties["isReadOnly"] = word(fixed);
    properties["isDynamicConfig"] = word(!parameter.is_static);
    properties["isConfigPendingRestart"] = word(false);
}
