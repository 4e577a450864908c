//! `rehearse serve`: what it prints, who may use it, what it keeps, and how it ends.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use support::world::World;
use support::{eventually, heeding_hangup};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// One that runs, and ends with the test at the latest.
struct Served {
    child: Child,
    document: Value,
}

impl Served {
    fn start(world: &World, more: &str) -> Self {
        let mut command = world.command();
        command
            .args(["rehearse", "serve", "--output", "json"])
            .args(more.split_whitespace());
        Self::of(heeding_hangup(&command))
    }

    fn of(mut command: Command) -> Self {
        let told = tempfile::NamedTempFile::new().expect("a temporary file");
        let output = told.reopen().expect("it is there");
        let command = command.stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = command.stdout(output).spawn().expect("it starts");
        let document = eventually("what it prints", || {
            let ended = child.try_wait().expect("it is a child");
            let text = fs_err::read_to_string(told.path()).expect("UTF-8");
            let document = serde_json::from_str(&text).ok();
            assert!(document.is_some() || ended.is_none(), "it ended: {text}");
            document
        });
        Self { child, document }
    }

    fn text(&self, key: &str) -> &str {
        self.document[key].as_str().expect("a text")
    }

    fn secret(&self) -> String {
        fs_err::read_to_string(self.text("secret-file")).expect("readable")
    }

    fn client(&self) -> reqwest::Client {
        let ca = fs_err::read(self.text("ca-file")).expect("readable");
        let ca = reqwest::Certificate::from_pem(&ca).expect("a certificate");
        let client = base::http::builder().no_proxy().tls_certs_only([ca]);
        client.build().expect("a client")
    }

    fn at(&self, path: &str) -> String {
        let [base, subscription] = ["resource-manager", "subscription"].map(|key| self.text(key));
        format!("{base}{path}").replace("SUBSCRIPTION", subscription)
    }

    async fn token(&self) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
            self.text("client"),
            self.secret(),
            self.text("scope")
        );
        let url = self.at(&format!("/{}/oauth2/v2.0/token", self.text("tenant")));
        let asked = self
            .client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = asked.send().await.expect("an answer");
        let answer = answer.text().await.expect("a body");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        // An hour of the client's time, however fast the cloud's is.
        assert_eq!(answer["expires_in"], 3599);
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    async fn ask(
        &self,
        method: &str,
        token: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let mut asked = self.client().request(method, self.at(path));
        if !token.is_empty() {
            asked = asked.bearer_auth(token);
        }
        if let Some(body) = body {
            asked = asked.body(body.to_string());
        }
        let answer = asked.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Sends it a signal; how it ended.
    fn end(mut self, signal: Signal) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).expect("process ids fit into an i32");
        kill(Pid::from_raw(pid), signal).expect("it runs");
        let end = || self.child.try_wait().expect("it is a child");
        eventually("the end of the built-in Azure", end).code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const GROUP: &str = "/subscriptions/SUBSCRIPTION/resourcegroups/Mine?api-version=2024-11-01";

#[tokio::test]
async fn what_was_made_in_it_is_there_again_with_port_secret_and_tokens() {
    let world = World::new();
    let served = Served::start(&world, "");
    let (port, secret) = (served.text("resource-manager").to_owned(), served.secret());
    let token = served.token().await;
    let body = Some(json!({"location": "West Europe"}));
    let (status, made) = served.ask("PUT", &token, GROUP, body).await;
    assert_eq!((status, &made["location"]), (201, &json!("westeurope")));
    assert_eq!(served.end(Signal::SIGTERM), Some(0));
    let again = Served::start(&world, "");
    assert_eq!(again.text("resource-manager"), port);
    assert_eq!(again.secret(), secret);
    let other_case = GROUP.replace("Mine", "MINE");
    let (status, found) = again.ask("GET", &token, &other_case, None).await;
    assert_eq!(
        (status, found),
        (200, made),
        "the token is good and the group is there"
    );
    assert_eq!(again.end(Signal::SIGINT), Some(0));
}

#[tokio::test]
async fn where_it_is_is_told_to_anybody_and_all_else_to_its_client_alone() {
    let world = World::new();
    let served = Served::start(&world, "");
    let endpoints = |version: &str| format!("/metadata/endpoints?api-version={version}");
    let (status, one) = served.ask("GET", "", &endpoints("2022-09-01"), None).await;
    assert_eq!(status, 200);
    assert_eq!(one["resourceManager"], served.text("resource-manager"));
    let (_, list) = served.ask("GET", "", &endpoints("2019-05-01"), None).await;
    assert_eq!(list, json!([one]));
    let (_, old) = served.ask("GET", "", &endpoints("2015-01-01"), None).await;
    assert_eq!(
        old["authentication"],
        json!({
            "loginEndpoint": served.text("authority"),
            "audiences": one["authentication"]["audiences"],
        })
    );
    let (status, refused) = served.ask("GET", "", GROUP, None).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (401, &json!("AuthenticationFailed"))
    );
    let nobody = "/00000000-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration";
    let (status, refused) = served.ask("GET", "", nobody, None).await;
    assert_eq!((status, &refused["error_codes"]), (400, &json!([90002])));
    let any = "/organizations/v2.0/.well-known/openid-configuration";
    let (status, known) = served.ask("GET", "", any, None).await;
    assert_eq!(status, 200);
    let token_endpoint = known["token_endpoint"].as_str().expect("an address");
    assert!(token_endpoint.starts_with(served.text("authority")));
    let (_, answer) = served
        .ask(
            "GET",
            &served.token().await,
            "/subscriptions/SUBSCRIPTION/locations?api-version=1999-01-01",
            None,
        )
        .await;
    assert_eq!(answer["error"]["code"], "InvalidApiVersionParameter");
}

#[tokio::test]
async fn what_goes_wrong_is_named_on_the_command_line() {
    let world = World::new();
    let served = Served::start(&world, "--fault throttled");
    let (status, throttled) = served.ask("GET", &served.token().await, GROUP, None).await;
    assert_eq!(status, 429);
    assert_eq!(throttled["error"]["code"], "SubscriptionRequestsThrottled");
}

#[test]
fn a_second_one_is_refused_on_the_same_state_and_each_has_a_secret_in_a_private_file() {
    let world = World::new();
    let served = Served::start(&world, "");
    let pid = format!("pid {}", served.child.id());
    let second = world.run("rehearse serve");
    assert_snapshot!(second.to_string().replace(&pid, "pid [first]"), @r"
    --- stderr
    error: [folder]/.harness/rehearse.serve is in use by `harness rehearse serve (pid [first])`
      hint: Stop that command, or run `harness rehearse serve --state FOLDER` in another folder.
    --- exit 69
    ");
    let port = served
        .text("resource-manager")
        .rsplit(':')
        .next()
        .expect("a port");
    let taken = world.run(&format!("rehearse serve --state other --port {port}"));
    assert_snapshot!(taken.to_string().replace(port, "[port]"), @"
    --- stderr
    error: could not listen on 127.0.0.1:[port]
      caused by: Address already in use (os error 98)
      hint: Name another port with `--port`, or omit it to use a free one.
    --- exit 69
    ");
    let beside = Served::start(&world, "--state other");
    assert_ne!(
        beside.text("resource-manager"),
        served.text("resource-manager")
    );
    assert_ne!(beside.secret(), served.secret());
    assert_eq!(beside.end(Signal::SIGHUP), Some(0));
    let mode = |path: &str| {
        Utf8PathBuf::from(path)
            .metadata()
            .expect("there")
            .permissions()
    };
    assert_eq!(
        mode(served.text("secret-file")),
        Permissions::from_mode(0o100_600)
    );
    assert!(!served.document.to_string().contains(&served.secret()));
}

#[test]
fn what_a_rehearsal_is_at_is_not_served_as_well() {
    let world = World::new();
    let served = Served::start(&world, "--state .harness/azure.rehearsal");
    world.write("profiles/azure.yaml", crate::cost::AZURE);
    let run = world.run("destroy -p azure --rehearse --yes");
    let pid = format!("pid {}", served.child.id());
    assert_snapshot!(run.to_string().replace(&pid, "pid [first]"), @"
    --- stderr
    error: [folder]/.harness/azure.rehearsal is in use by `harness rehearse serve (pid [first])`
      hint: Stop `harness rehearse serve (pid [first])` with Ctrl-C or SIGTERM, then run this command again: it uses the same resources.
    --- exit 69
    ");
    assert_eq!(served.end(Signal::SIGTERM), Some(0));
}

#[test]
fn only_a_new_or_empty_folder_and_one_that_has_an_azure_is_served_from() {
    let world = World::new();
    world.write("mine/notes.txt", "mine");
    world.write("mine/cloud/other.txt", "mine");
    world.write("file", "mine");
    let told = ["mine", "file", "file/below"].map(|state| {
        let run = world.run(&format!("rehearse serve --state {state}"));
        run.to_string()
    });
    assert_snapshot!(told.join("\n"), @"
    --- stderr
    error: [folder]/mine contains other files, such as `notes.txt`, and no built-in Azure
      hint: Name a new or empty folder, or one with a built-in Azure, with `--state FOLDER`.
    --- exit 64
    --- stderr
    error: `--state` names [folder]/file, which is not a folder
      hint: Name a new or empty folder, or one with a built-in Azure, with `--state FOLDER`.
    --- exit 64
    --- stderr
    error: `--state` names [folder]/file, which is not a folder
      hint: Name a new or empty folder, or one with a built-in Azure, with `--state FOLDER`.
    --- exit 64
    ");
    let left: Vec<_> = world
        .path()
        .join("mine")
        .read_dir_utf8()
        .expect("there")
        .collect();
    assert_eq!(left.len(), 2, "nothing was made in it");
    fs_err::create_dir(world.path().join("empty")).expect("writable");
    assert_eq!(
        Served::start(&world, "--state empty").end(Signal::SIGTERM),
        Some(0)
    );
    // It was ended before anything was asked of it.
    assert_eq!(
        Served::start(&world, "--state empty").end(Signal::SIGTERM),
        Some(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_azure_is_told_from_one_that_was_kept_and_says_how_late_it_is_there() {
    let world = World::new();
    let served = Served::start(&world, "--speed 100000");
    assert_eq!(served.document["new"], true);
    assert_eq!(served.document["resources"], 0);
    let token = served.token().await;
    let body = Some(json!({"location": "westeurope"}));
    assert_eq!(served.ask("PUT", &token, GROUP, body.clone()).await.0, 201);
    let identity = GROUP.replace(
        "?api-version=2024-11-01",
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one?api-version=2023-01-31",
    );
    let registered = "/subscriptions/SUBSCRIPTION/providers/Microsoft.ManagedIdentity/register\
                      ?api-version=2021-04-01";
    assert_eq!(served.ask("POST", &token, registered, None).await.0, 200);
    eventually("an identity, once its provider is registered", || {
        let asked = served.ask("PUT", &token, &identity, body.clone());
        let (status, _) = block_in_place(|| Handle::current().block_on(asked));
        assert!([201, 409].contains(&status), "{status}");
        (status == 201).then_some(())
    });
    assert_eq!(served.end(Signal::SIGTERM), Some(0));
    let again = Served::start(&world, "");
    assert_eq!(again.document["new"], false);
    assert_eq!(again.document["resources"], 1);
    let clock: jiff::Timestamp = again.text("clock").parse().expect("a time");
    assert!(clock > jiff::Timestamp::now(), "{clock}");
    assert_eq!(again.end(Signal::SIGTERM), Some(0));
    // The same for people.
    let served = served_for_people(&world, "");
    assert!(
        served.contains("· built-in Azure of [folder]/.harness/rehearse.serve, with 1 resource\n"),
        "{served}"
    );
    let new = served_for_people(&world, "--state mistyped");
    assert!(
        new.contains("· new, empty built-in Azure in [folder]/mistyped\n"),
        "{new}"
    );
}

/// What one says that runs, until it is ended.
fn served_for_people(world: &World, more: &str) -> String {
    let told = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut command = world.command();
    command
        .args(["rehearse", "serve"])
        .args(more.split_whitespace());
    command
        .stdout(Stdio::null())
        .stderr(told.reopen().expect("it is there"));
    let child = command.spawn().expect("it starts");
    let served = Served {
        child,
        document: Value::Null,
    };
    let said = || {
        let text = fs_err::read_to_string(told.path()).expect("UTF-8");
        text.contains("running until Ctrl-C").then_some(text)
    };
    let text = eventually("what it says", said);
    assert_eq!(served.end(Signal::SIGTERM), Some(0));
    text.replace(world.path().as_str(), "[folder]")
}
