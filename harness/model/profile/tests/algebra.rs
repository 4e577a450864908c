//! What holds of every profile.

use proptest::prelude::*;
use serde_saphyr::{Location, Spanned};

use super::fixture::load;
use crate::document;
use crate::profile::overlay::Overlay as _;
use crate::profile::{Name, arbitrary, model};

#[test]
fn the_local_profile_is_the_base_on_child_processes() {
    let profile = load(&[], "local", &[]).expect("the profile is right");
    insta::assert_json_snapshot!(profile, @r#"
    {
      "name": "local",
      "description": "The first of k3d and processes that this machine can run",
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
        "run": {
          "build": "workflow"
        },
        "environment": {},
        "ready-timeout": "3m",
        "termination-grace-period": "30s"
      },
      "starter": {
        "mode": "in-worker",
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
fn another_choice_replaces_what_stood_under_the_first() {
    let sets = ["worker.run={command: [./worker, --fast]}"];
    let profile = load(&[], "local", &sets).expect("the profile is right");
    let command = ["./worker", "--fast"].map(str::to_owned).to_vec();
    assert_eq!(profile.worker.run, crate::topology::Run::Command(command));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(profile in arbitrary::profile()) {
        let text = serde_saphyr::to_string(&profile)?;
        let read: model::Profile = document::parse("any.yaml", &text)?;
        prop_assert_eq!(serde_json::json!(read), serde_json::json!(profile), "{}", text);
    }

    #[test]
    fn it_does_not_matter_which_file_a_value_comes_from(
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
        let apart = load(&files, "second", &backend)?;
        let together = load(&files, "merged", &backend)?;
        prop_assert_eq!(apart.digest(), together.digest());
        prop_assert_eq!(apart.topology(), together.topology());
    }
}

fn extends(name: &str) -> Spanned<Name> {
    let nowhere = Location::UNKNOWN;
    let name = name.parse().expect("this is a name");
    Spanned::new(name, nowhere, nowhere)
}
