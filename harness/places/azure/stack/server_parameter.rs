//! Database parameters that a stack has and its next template lacks. They cannot be deleted, so
//! they are reset to their defaults before the stack detaches them. If a command is killed in
//! between, the next one resets them again.

use azure::arm::{self, Arm, Group, Stack};
use azure::template::SERVER_PARAMETERS;
use model::plan::ResourceId;
use serde_json::Value;

use super::super::reporter::Reporter;

#[derive(Debug, PartialEq, Eq)]
struct Parameter {
    server: String,
    name: String,
}

/// Resets the parameters that a stack has and its template lacks. The parameters of a removed
/// server are skipped, since they are removed with it.
pub(super) async fn reset_dropped(
    arm: &Arm,
    group: &Group,
    stack: &Stack,
    template: &Value,
    id: &ResourceId,
    reporter: &Reporter,
) -> Result<(), arm::Error> {
    for Parameter { server, name } in dropped(stack, template) {
        let reset = arm.reset_server_parameter(group, &server, &name);
        if let Some(begun) = reset.await? {
            reporter.notice(id, &format!("resetting {name} of {server} to its default"));
            reporter.finish(arm, begun, id).await?;
        }
    }
    Ok(())
}

/// The parameters that a stack has and a template lacks, of servers that the template has.
fn dropped(stack: &Stack, template: &Value) -> Vec<Parameter> {
    let names = |kind: &str| {
        let resources = template["resources"].as_array().into_iter().flatten();
        let of = resources.filter(|one| one["type"].as_str() == Some(kind));
        let names = of.filter_map(|one| one["name"].as_str());
        names.map(str::to_lowercase).collect::<Vec<String>>()
    };
    let servers = SERVER_PARAMETERS.rsplit_once('/').map(|(kind, _)| kind);
    let servers = servers.map(names).unwrap_or_default();
    let wanted = names(SERVER_PARAMETERS);
    let managed = stack.properties.resources.iter().filter(|one| {
        let kind = one.id.kind().unwrap_or_default();
        kind.eq_ignore_ascii_case(SERVER_PARAMETERS)
    });
    let parameters = managed.filter_map(|one| {
        let mut parts = one.id.as_str().rsplit('/');
        let name = parts.next()?.to_owned();
        let server = parts.nth(1)?.to_owned();
        Some(Parameter { server, name })
    });
    parameters
        .filter(|Parameter { server, name }| {
            let (server, name) = (server.to_lowercase(), name.to_lowercase());
            servers.contains(&server) && !wanted.contains(&format!("{server}/{name}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_that_the_template_lacks_are_dropped_if_it_has_their_server() {
        let server =
            "/subscriptions/s/resourcegroups/g/providers/Microsoft.DBforMySQL/flexibleServers/";
        let managed = |rest: &str| json!({"id": format!("{server}{rest}"), "status": "managed"});
        let stack: Stack = serde_json::from_value(json!({
            "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deploymentStacks/k",
            "properties": {"resources": [
                managed("db"),
                managed("db/databases/temporal"),
                managed("db/configurations/Max_Connections"),
                managed("DB/configurations/wait_timeout"),
                managed("gone/configurations/wait_timeout"),
            ]},
        }))
        .expect("a stack");
        let entry = |kind: &str, name: &str| json!({"type": kind, "name": name});
        let template = json!({"resources": [
            entry("Microsoft.DBforMySQL/flexibleServers", "db"),
            entry(SERVER_PARAMETERS, "db/max_connections"),
        ]});
        let expected = Parameter {
            server: "DB".to_owned(),
            name: "wait_timeout".to_owned(),
        };
        assert_eq!(dropped(&stack, &template), [expected]);
        assert_eq!(dropped(&stack, &json!({"resources": []})), []);
    }
}
