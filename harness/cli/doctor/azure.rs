//! The ways to sign in to Azure, in the order in which they are tried
//! ([`azure::arm::Credential::detect`]).

use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::check::Found;

/// The first way to sign in that is configured, by name. Never contains a value. An incomplete
/// configuration is reported with what it lacks.
pub(super) fn find_azure(environment: &Environment) -> Found {
    let set = |name: &str| environment.text(name).is_some();
    let choice = environment.text("AZURE_TOKEN_CREDENTIALS");
    if choice.is_some_and(|it| it.eq_ignore_ascii_case("ManagedIdentityCredential")) {
        return Found::Works("the managed identity of this machine".to_owned());
    }
    for way in ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"] {
        if set(way) {
            return principal(way, environment);
        }
    }
    developer_tools(environment)
}

/// A service principal, whose credential is in the variable `way`.
fn principal(way: &str, environment: &Environment) -> Found {
    for needed in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
        if environment.text(needed).is_none() {
            return Found::Fails(format!("{way} is set, but {needed} is not"));
        }
    }
    let file = environment.text(way).filter(|_| way.ends_with("_FILE"));
    let there = |file: &Utf8Path| file.metadata().is_ok_and(|it| it.is_file() && it.len() > 0);
    match file {
        Some(file) if !there(file.into()) => {
            Found::Fails(format!("{way} names {file}, which contains no token"))
        }
        _ => Found::Works(way.to_owned()),
    }
}

/// The login of `az` or `azd`, by their files.
fn developer_tools(environment: &Environment) -> Found {
    let mut without = Found::Absent;
    for tool in [az(environment), azd(environment)].into_iter().flatten() {
        let Login { name, file, there } = tool;
        if environment.find(name).is_none() {
            if there {
                without = Found::Fails(format!(
                    "{file} contains a login, but `{name}` is not on \
                                                PATH"
                ));
            }
        } else if there {
            return Found::Works(format!("{name} login"));
        } else {
            without = Found::Fails(format!("not logged in to {name}: no login in {file}"));
        }
    }
    without
}

/// The login file of a tool.
struct Login {
    name: &'static str,
    file: Utf8PathBuf,
    there: bool,
}

fn az(environment: &Environment) -> Option<Login> {
    let file = folder(environment, "AZURE_CONFIG_DIR", ".azure")?.join("azureProfile.json");
    let profile = read(&file)?;
    let subscriptions = profile["subscriptions"].as_array();
    let there = subscriptions.is_some_and(|list| !list.is_empty());
    Some(Login {
        name: "az",
        file,
        there,
    })
}

fn azd(environment: &Environment) -> Option<Login> {
    let file = folder(environment, "AZD_CONFIG_DIR", ".azd")?.join("config.json");
    let account = read(&file)?["auth"]["account"]["currentUser"].take();
    Some(Login {
        name: "azd",
        file,
        there: account.is_object(),
    })
}

fn folder(environment: &Environment, variable: &str, default: &str) -> Option<Utf8PathBuf> {
    let named = environment.text(variable).map(Utf8PathBuf::from);
    named.or_else(|| Some(environment.home()?.join(default)))
}

/// The content of a file, if it exists; `null` if it is unreadable or not JSON. `az` starts its
/// file with a byte order mark.
fn read(file: &Utf8Path) -> Option<Value> {
    file.is_file().then(|| {
        let text = fs_err::read_to_string(file).unwrap_or_default();
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use testing::machine;

    use super::*;

    fn works(way: &str) -> Found {
        Found::Works(way.to_owned())
    }

    fn reason(found: Found) -> String {
        match found {
            Found::Fails(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ways_to_sign_in_are_named_without_their_values() {
        let (_guard, folder, environment) = machine::machine();
        let secret = environment.with("AZURE_CLIENT_SECRET", "hunter2");
        let said = reason(find_azure(&secret));
        assert_eq!(
            said,
            "AZURE_CLIENT_SECRET is set, but AZURE_TENANT_ID is not"
        );
        let whole = secret
            .with("AZURE_TENANT_ID", "t")
            .with("AZURE_CLIENT_ID", "c");
        assert_eq!(find_azure(&whole), works("AZURE_CLIENT_SECRET"));
        let token = folder.join("token");
        let federated = whole
            .with("AZURE_CLIENT_SECRET", "")
            .with("AZURE_FEDERATED_TOKEN_FILE", token.as_str());
        let said = reason(find_azure(&federated));
        assert!(said.ends_with("which contains no token"), "{said}");
        machine::executable(&token, "ey...");
        assert_eq!(find_azure(&federated), works("AZURE_FEDERATED_TOKEN_FILE"));
    }

    #[test]
    fn a_file_without_a_login_is_not_a_way_to_sign_in() {
        let (_guard, folder, environment) = machine::machine();
        assert_eq!(find_azure(&environment), Found::Absent);
        let profile = folder.join("home/.azure/azureProfile.json");
        let logged_in = "\u{feff}{\"subscriptions\": [{\"id\": \"s\"}]}";
        machine::executable(&profile, logged_in);
        let said = reason(find_azure(&environment));
        assert!(
            said.ends_with("contains a login, but `az` is not on PATH"),
            "{said}"
        );
        machine::tool(&folder, "az", "true");
        assert_eq!(find_azure(&environment), works("az login"));
        for nobody in [
            "{}",
            "",
            "{\"subscriptions\": []}",
            "[",
            "{\"subscriptions\": 1}",
        ] {
            machine::executable(&profile, nobody);
            let said = reason(find_azure(&environment));
            assert!(said.starts_with("not logged in to az: "), "{said}");
        }
        let azd = folder.join("home/.azd/config.json");
        machine::tool(&folder, "azd", "true");
        machine::executable(
            &azd,
            r#"{"auth": {"account": {"currentUser": {"homeAccountID": "h"}}}}"#,
        );
        assert_eq!(find_azure(&environment), works("azd login"));
    }
}
