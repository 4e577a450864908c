//! Checks the dynamic configuration of a profile against the settings of the server.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_saphyr::Spanned;

use super::kind::Kind;
use super::list::{List, Precedence, Registered};
use super::{Content, Entry, constraint};
use crate::document::{Error, did_you_mean, suggestion};
use crate::profile::layer::Layers;
use crate::profile::model::Profile;
use crate::topology::{Conditional, DynamicConfig, Setting, TemporalSettings};

/// The internal namespace of Temporal. A profile cannot list it.
const SYSTEM_NAMESPACE: &str = "temporal-system";

/// Checks dynamic configuration for a version of the server, and converts it.
pub(in crate::profile) fn resolve(
    layers: &Layers,
    version: &str,
    written: &super::DynamicConfig,
) -> Result<DynamicConfig, Error> {
    let list = List::nearest(version);
    let resolved = written.0.iter().map(|Entry { key, value }| {
        let key = &key.value;
        let registered = list.find(key);
        if registered.is_none() && list.is_of(version) {
            let message = unknown(key, version, list);
            return Err(layers.error_at(|profile| Some(&entry(profile, key)?.key), &message));
        }
        let spelling = registered.as_ref().map_or(key.as_str(), |it| it.key);
        let setting = setting(registered.as_ref(), &value.value);
        let setting = setting.map_err(|wrong| wrong.at(layers, key, spelling))?;
        Ok((spelling.to_owned(), setting))
    });
    resolved.collect()
}

/// The first key with constraints, and the message that the development server does not support
/// them.
pub(in crate::profile) fn constrained(settings: &TemporalSettings) -> Option<(&str, String)> {
    let mut set = settings.dynamic_config.iter();
    let (key, _) = set.find(|(_, setting)| setting.only().is_none())?;
    let message = format!(
        "`{key}`: the development server allows only one value, without constraints; use engine \
         `server` or `--backend k3d`"
    );
    Some((key, message))
}

/// Rejects settings that the development server does not support.
pub(in crate::profile) fn for_dev_server(
    layers: &Layers,
    settings: &TemporalSettings,
) -> Result<(), Error> {
    constrained(settings).map_or(Ok(()), |(key, message)| {
        Err(layers.error_at(|profile| Some(&entry(profile, key)?.value), &message))
    })
}

/// Notices about valid dynamic configuration, for the user.
pub(in crate::profile) fn notices(settings: &TemporalSettings) -> Vec<String> {
    let TemporalSettings {
        version,
        namespaces,
        dynamic_config,
        history_shards: _,
    } = settings;
    let list = List::nearest(version);
    let mut notices = Vec::new();
    if !list.is_of(version) && !dynamic_config.is_empty() {
        notices.push(format!(
            "the dynamic configuration keys of Temporal {version} are unknown, so they were \
             checked against those of {}",
            list.version
        ));
    }
    for (key, setting) in dynamic_config {
        if list.find(key).is_none() {
            let meant = meant(key, list);
            notices.push(format!(
                "`{key}` is not a dynamic configuration key of Temporal {}{meant}",
                list.version
            ));
        }
        for namespace in constrained_namespaces(setting) {
            let known = namespaces.iter().any(|known| known.name == namespace);
            if !known && namespace != SYSTEM_NAMESPACE {
                notices.push(format!(
                    "`{key}` has a value for namespace `{namespace}`, which is not in \
                     `temporal.namespaces` of the profile"
                ));
            }
        }
    }
    notices
}

fn constrained_namespaces(setting: &Setting) -> impl Iterator<Item = &str> {
    let values = setting.values().iter();
    values.filter_map(|value| value.constraints.get(constraint::NAMESPACE)?.as_str())
}

/// The entry of a key in one layer.
fn entry<'a>(profile: &'a Profile, key: &str) -> Option<&'a Entry> {
    let config = profile.temporal.as_ref()?.dynamic_config.as_ref()?;
    config.entry(key)
}

fn unknown(key: &str, version: &str, list: List) -> String {
    format!(
        "Temporal {version} has no dynamic configuration key `{key}`{}",
        meant(key, list)
    )
}

/// The end of a message about an unknown key: the most similar key, if one is similar enough.
fn meant(key: &str, list: List) -> String {
    let lower = key.to_ascii_lowercase();
    let by_end = format!(".{lower}");
    let keys: Vec<&str> = list.settings().map(|setting| setting.key).collect();
    let lowered: Vec<String> = keys.iter().map(|key| key.to_ascii_lowercase()).collect();
    let without_service = lowered.iter().find(|known| known.ends_with(&by_end));
    let like = || did_you_mean(&lower, lowered.iter().map(String::as_str));
    let found = without_service.map(String::as_str).or_else(like);
    let found = found.and_then(|found| keys.iter().find(|key| key.eq_ignore_ascii_case(found)));
    found.map_or_else(String::new, |found| format!("; did you mean `{found}`?"))
}

/// The error of a setting, and the item of its list with the error.
struct Invalid {
    item: Option<usize>,
    message: String,
}

impl Invalid {
    fn whole(message: String) -> Self {
        Self {
            item: None,
            message,
        }
    }

    fn item(item: usize, message: impl Into<String>) -> Self {
        Self {
            item: Some(item),
            message: message.into(),
        }
    }

    /// The error with its position, in the layer that set the key.
    fn at(self, layers: &Layers, key: &str, spelling: &str) -> Error {
        let Self { item, message } = self;
        let message = format!("`{spelling}`: {message}");
        match item {
            Some(item) => layers.error_at(|profile| self::item(profile, key, item), &message),
            None => layers.error_at(|profile| Some(&entry(profile, key)?.value), &message),
        }
    }
}

fn item<'a>(profile: &'a Profile, key: &str, item: usize) -> Option<&'a Spanned<Value>> {
    match &entry(profile, key)?.value.value {
        Content::List(items) => items.get(item),
        Content::One(_) => None,
    }
}

fn setting(registered: Option<&Registered>, content: &Content) -> Result<Setting, Invalid> {
    let kind = registered.map_or(Kind::Any, Registered::kind);
    let precedence = registered.map(|it| it.precedence);
    if let Content::List(items) = content
        && (!kind.takes_lists() || is_list_of_conditionals(items))
    {
        return conditionals(&kind, precedence, items);
    }
    let value = content.to_value();
    kind.check(&value).map_err(Invalid::whole)?;
    Ok(Setting::always(value))
}

/// Whether a list is a list of values with constraints. For a type with list values, it may also be
/// a value.
fn is_list_of_conditionals(items: &[Spanned<Value>]) -> bool {
    let is = |item: &Spanned<Value>| {
        let entries = item.value.as_object();
        entries.is_some_and(|entries| {
            entries.contains_key("value")
                && entries.keys().all(|key| FIELDS.contains(&key.as_str()))
        })
    };
    !items.is_empty() && items.iter().all(is)
}

const FIELDS: [&str; 2] = ["value", "constraints"];

fn conditionals(
    kind: &Kind,
    precedence: Option<Precedence>,
    items: &[Spanned<Value>],
) -> Result<Setting, Invalid> {
    if items.is_empty() {
        return Err(Invalid::whole(format!(
            "expected {kind}, found an empty list"
        )));
    }
    let mut values: Vec<Conditional> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let conditional = conditional(kind, precedence, &item.value)
            .map_err(|message| Invalid::item(index, message))?;
        let same = |other: &Conditional| other.constraints == conditional.constraints;
        if values.iter().any(same) {
            let message = "another value has the same constraints";
            return Err(Invalid::item(index, message));
        }
        values.push(conditional);
    }
    Ok(Setting::of(values))
}

fn conditional(
    kind: &Kind,
    precedence: Option<Precedence>,
    item: &Value,
) -> Result<Conditional, String> {
    let Some(entries) = item.as_object() else {
        return Err(format!(
            "expected {kind}, or a list of values with their constraints \
             (`[{{value: ..., constraints: {{namespace: orders}}}}]`)"
        ));
    };
    if let Some(strange) = entries.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!(
            "unknown key `{strange}`{}",
            suggestion(strange, &FIELDS)
        ));
    }
    let value = entries.get("value").ok_or("key `value` is missing")?;
    kind.check(value)?;
    let constraints = match entries.get("constraints") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(written) => constraint::read(written, precedence)?,
    };
    Ok(Conditional {
        value: value.clone(),
        constraints,
    })
}
