//! Text that more than one verb prints.

use backend::event::Events;
use backend::{Backend, Endpoint, Place};

use super::session::Session;
use crate::ui::Table;

/// A table of the addresses that a user opens. Only JSON has the other endpoints.
pub(super) fn endpoints(endpoints: &[Endpoint]) -> String {
    let mut table = Table::new(["ENDPOINT", "ADDRESS", ""]);
    for (name, endpoint) in named(endpoints) {
        let address = match name.as_str() {
            "frontend" => endpoint.address.to_string(),
            _ => format!("http://{}", endpoint.address),
        };
        let moved = endpoint.wanted.map(|wanted| {
            let used = endpoint.address.port();
            format!("port {wanted} was taken, using {used}")
        });
        table.row([name, address, moved.unwrap_or_default()]);
    }
    table.render()
}

/// The endpoint called `frontend`, `web` or `starter`.
pub(super) fn find<'a>(endpoints: &'a [Endpoint], name: &str) -> Option<&'a Endpoint> {
    named(endpoints)
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, endpoint)| endpoint)
}

/// The endpoints that have such a name. Further starters are numbered.
fn named(endpoints: &[Endpoint]) -> Vec<(String, &Endpoint)> {
    let mut named = Vec::new();
    let mut starters = 0;
    for endpoint in endpoints {
        match (endpoint.service.as_str(), endpoint.port.as_str()) {
            ("temporal-frontend", "grpc") => named.push(("frontend".to_owned(), endpoint)),
            ("web", _) => named.push(("web".to_owned(), endpoint)),
            (_, "starter") => {
                let name = match starters {
                    0 => "starter".to_owned(),
                    number => format!("starter-{number}"),
                };
                starters += 1;
                named.push((name, endpoint));
            }
            _ => {}
        }
    }
    named.sort_by(|(one, _), (other, _)| rank(one).cmp(&rank(other)).then(one.cmp(other)));
    named
}

fn rank(name: &str) -> u8 {
    match name {
        "frontend" => 0,
        "web" => 1,
        _ => 2,
    }
}

/// Sends notices of where this profile runs and of what its author should know.
pub(super) fn introduce<B: Backend>(session: &Session<B>, events: &Events) {
    events.notice(choice(session));
    for notice in session.profile.notices() {
        events.notice(notice);
    }
}

/// Where this profile runs, in one line.
fn choice<B: Backend>(session: &Session<B>) -> String {
    let Place {
        backend,
        engine,
        database,
        cluster,
    } = &session.place;
    if cluster.is_some() {
        let (profile, digest) = (&session.profile.name, session.topology.digest.short());
        let origin = &session.origin;
        return format!("profile {profile} ({origin}): backend {backend}, topology {digest}");
    }
    let reason = session.reason.as_deref();
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    format!(
        "profile {} ({}): backend {backend}{reason}, engine {engine}, database {database}, topology {}",
        session.profile.name,
        session.origin,
        session.topology.digest.short()
    )
}

/// A resource type of Azure without its provider, which is clear from the rest.
pub(super) fn short_type(kind: &str) -> String {
    let (_, rest) = kind.split_once('/').unwrap_or(("", kind));
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use model::topology::ServiceName;

    use super::*;

    fn endpoint(service: &str, port: &str, number: u16, wanted: Option<u16>) -> Endpoint {
        Endpoint {
            service: ServiceName::new(service),
            replica: format!("{service}-0"),
            port: port.to_owned(),
            address: ([127, 0, 0, 1], number).into(),
            wanted,
        }
    }

    fn all() -> Vec<Endpoint> {
        vec![
            endpoint("worker", "starter", 8080, None),
            endpoint("worker", "starter", 8082, Some(8081)),
            endpoint("web", "http", 8233, None),
            endpoint("temporal-frontend", "metrics", 9090, None),
            endpoint("temporal-frontend", "grpc", 7233, None),
        ]
    }

    #[test]
    fn endpoints_are_listed_in_order_of_use_with_the_port_that_was_taken() {
        insta::assert_snapshot!(endpoints(&all()), @"
        ENDPOINT   ADDRESS
        frontend   127.0.0.1:7233
        web        http://127.0.0.1:8233
        starter    http://127.0.0.1:8080
        starter-1  http://127.0.0.1:8082  port 8081 was taken, using 8082
        ");
    }

    #[test]
    fn an_endpoint_is_found_by_the_name_that_a_user_knows() {
        let all = all();
        let port = |name| find(&all, name).map(|endpoint| endpoint.address.port());
        assert_eq!(port("frontend"), Some(7233));
        assert_eq!(port("starter"), Some(8080));
        assert_eq!(port("starter-1"), Some(8082));
        assert_eq!(port("metrics"), None);
    }
}
