//! Properties of every profile.

use proptest::prelude::*;
use serde_saphyr::{Location, Spanned};

use super::fixture::{load, read, worker};
use crate::document;
use crate::profile::overlay::Overlay as _;
use crate::profile::{Name, arbitrary, model};

#[test]
fn the_local_profile_is_the_base_on_a_local_backend() {
    let profile = load(&[], "local", &[]).expect("a valid profile");
    insta::assert_json_snapshot!(profile, @r#"
    {
      "name": "local",
      "description": "k3d if this machine can run it, else child processes",
      "temporal": {
        "settings": {
          "version": "1.32.0",
          "history_shards": 4,
          "namespaces": [
            {
              "name": "default",
              "retention": "3d"
            }
          ],
          "dynamic_config": {}
        },
        "roles": {
          "frontend": 1,
          "history": 1,
          "matching": 1,
          "worker": 1
        },
        "port": null,
        "ready-timeout": "3m"
      },
      "database": {
        "settings": {
          "version": "8.4",
          "max_connections": 500,
          "tls": "required"
        },
        "ready-timeout": "3m"
      },
      "web": {
        "version": "2.54.1",
        "port": null,
        "ready-timeout": "3m"
      },
      "worker": {
        "replicas": 2,
        "task-queue": "hello-world",
        "run": "built-in",
        "environment": {},
        "needs": [],
        "ready-timeout": "3m",
        "termination-grace-period": "30s"
      },
      "starter": {
        "mode": "in-worker",
        "worker": null,
        "port": null
      },
      "backend": {
        "local": {
          "k3d": {
            "servers": 1,
            "agents": 0,
            "kubernetes": "1.34.3-k3s1"
          },
          "engine": {
            "dev-server": {
              "cli": null
            }
          }
        }
      },
      "promotion": {
        "require": [],
        "max-age": "1d"
      }
    }
    "#);
}

#[test]
fn another_choice_replaces_the_values_of_the_first() {
    let sets = ["worker.run={command: [./worker, --fast]}"];
    let profile = load(&[], "local", &sets).expect("a valid profile");
    let command = crate::topology::Command {
        words: ["./worker", "--fast"].map(str::to_owned).to_vec(),
        prepare: None,
    };
    assert_eq!(worker(&profile).run, crate::topology::Run::Command(command));
}

proptest! {
    #[test]
    fn formatting_and_parsing_round_trip(profile in arbitrary::profile()) {
        let text = serde_saphyr::to_string(&profile)?;
        let read: model::Profile = document::parse("any.yaml", &text)?;
        prop_assert_eq!(serde_json::json!(read), serde_json::json!(profile), "{}", text);
    }

    #[test]
    fn a_profile_that_is_shown_is_the_same_profile(profile in arbitrary::profile()) {
        let text = serde_saphyr::to_string(&profile)?;
        let read = read(&[("any.yaml", &text)], "any", &["backend={process: {}}"])?;
        let profile = read.resolve()?;
        let shown = read.show()?.to_string();
        let again = load(&[("any.yaml", &shown)], "any", &[])?;
        prop_assert_eq!(again, profile, "{}", shown);
    }

    #[test]
    fn the_file_that_a_value_comes_from_does_not_matter(
        first in arbitrary::profile(),
        second in arbitrary::profile(),
    ) {
        let backend = ["backend={simulated: {}}"];
        let merged = first.clone().overlay(second.clone());
        let second = model::Profile { extends: Some(extends("first")), ..second };
        let texts = [&first, &second, &merged].map(serde_saphyr::to_string);
        let [Ok(first), Ok(second), Ok(merged)] = texts else {
            return Err(TestCaseError::fail("a profile can be written"));
        };
        let files = [("first.yaml", &*first), ("second.yaml", &*second), ("merged.yaml", &*merged)];
        match (load(&files, "second", &backend), load(&files, "merged", &backend)) {
            (Ok(apart), Ok(together)) => {
                prop_assert_eq!(apart.digest(), together.digest());
                prop_assert_eq!(apart.topology(), together.topology());
            }
            // One worker does not replace several, wherever they are written.
            (Err(_), Err(_)) => {}
            (apart, together) => prop_assert!(false, "{:?} and {:?}", apart, together),
        }
    }
}

fn extends(name: &str) -> Spanned<Name> {
    let nowhere = Location::UNKNOWN;
    let name = name.parse().expect("a valid name");
    Spanned::new(name, nowhere, nowhere)
}
