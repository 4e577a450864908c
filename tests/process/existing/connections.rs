//! Connections to an existing cluster, good and bad.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};

use camino::Utf8Path;
use insta::assert_snapshot;
use serde_json::Value;
use support::Look as _;
use walkdir::WalkDir;

use super::proxy::{Authority, NAME, Validity};
use super::{Cluster, Here, refusing};

/// A text that no file and no output may have.
const API_KEY: &str = "eyJhbGciOiJub3Qtb3VyLWtleSJ9";

/// The settings of a connection with TLS.
fn tls(address: &str, keys: &str) -> String {
    format!("backend={{existing: {{address: '{address}', tls: {{{keys}}}}}}}")
}

/// The value of a variable in the environment of the first worker.
fn variable_of_worker(here: &Here, name: &str) -> Option<String> {
    let pid = fs_err::read(here.state().join("run/worker-0.pid")).expect("it runs");
    let pid: Value = serde_json::from_slice(&pid).expect("JSON");
    let environment = fs_err::read(format!("/proc/{}/environ", pid["pid"])).expect("it runs");
    let environment = String::from_utf8_lossy(&environment);
    let mut variables = environment.split('\0').filter_map(|it| it.split_once('='));
    variables
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.to_owned())
}

/// Insists that no file below a folder contains one of these texts.
#[track_caller]
fn assert_absent(folder: &Utf8Path, texts: &[String]) {
    let entries = WalkDir::new(folder).into_iter();
    let entries = entries.map(|entry| entry.expect("the folder is readable"));
    let files: Vec<_> = entries.filter(|it| it.file_type().is_file()).collect();
    assert!(!files.is_empty(), "{folder} has no file");
    assert!(!texts.is_empty(), "no secret is looked for");
    for entry in files {
        let content = fs_err::read(entry.path()).expect("the file is readable");
        let content = String::from_utf8_lossy(&content);
        for text in texts {
            let path = entry.path().display();
            assert!(!content.contains(text), "{path} contains a secret");
        }
    }
}

#[test]
fn a_client_with_a_certificate_runs_a_scenario_and_keeps_no_copy_of_it() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let root = here.place.root();
    let authority = Authority::new("ours");
    authority.write(root, "ours");
    let mut secrets = authority.write_client(root, "client");
    let proxy = authority.proxy(cluster.frontend(), Validity::Valid);
    let keys = format!("ca: ours.ca.pem, cert: client.pem, key: client.key, server-name: {NAME}");
    let set = tls(&proxy, &keys);
    let run = |arguments: &[&str]| {
        let options = ["-p", "existing", "--set", &set];
        here.harness(&[arguments, &options].concat()).run()
    };
    run(&["up"]).exits(0);
    // The development server ignores the key.
    let key_file = root.join("api-key");
    fs_err::write(&key_file, format!("{API_KEY}\n")).expect("writable");
    secrets.push(API_KEY.to_owned());
    let in_file = ["--set", "backend.existing.api-key-file=api-key"];
    let with_key = [&["up"][..], &in_file].concat();
    // The worker needs the key, so it is replaced.
    run(&with_key).exits(0).shows("2 replaced");
    let key = variable_of_worker(&here, "TEMPORAL_API_KEY");
    assert!(key.as_deref() == Some(API_KEY), "the worker has the key");
    assert_absent(&here.state(), &secrets);
    let smoke = [&["test", "smoke", "--events"][..], &in_file].concat();
    let test = run(&smoke).exits(0);
    let shown = run(&["profile", "show", "existing"]);
    let status = [&["status", "-vv", "--output", "json"][..], &in_file].concat();
    let status = run(&status).exits(0);
    let in_variable = ["--set", "backend.existing.api-key-variable=OUR_KEY"];
    let arguments = [&["up", "-p", "existing", "--set", &set][..], &in_variable].concat();
    let up = here
        .harness(&arguments)
        .env("OUR_KEY", API_KEY)
        .run()
        .exits(0);
    let key = variable_of_worker(&here, "TEMPORAL_API_KEY");
    assert!(key.as_deref() == Some(API_KEY), "the worker has the key");
    assert_eq!(variable_of_worker(&here, "OUR_KEY"), None);
    let server_name = variable_of_worker(&here, "TEMPORAL_TLS_SERVER_NAME");
    assert_eq!(server_name.as_deref(), Some(NAME));
    for output in [&test, &shown, &status, &up] {
        for secret in &secrets {
            let all = format!("{}{}", output.stdout, output.stderr);
            assert!(!all.contains(secret), "an output contains a secret");
        }
    }
    assert_absent(&here.state(), &secrets);
    here.harness(&["down", "-p", "existing"]).run().exits(0);
    here.assert_nothing_is_left();
    assert_absent(&here.state(), &secrets);
}

/// The settings that each bad connection has in common.
struct Bad {
    here: Here,
    cluster: Cluster,
    ours: Authority,
}

impl Bad {
    fn new() -> Self {
        let (here, cluster) = (Here::new(), Cluster::start());
        let root = here.place.root();
        let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
        for (authority, name) in [(&ours, "ours"), (&theirs, "theirs")] {
            authority.write(root, name);
            authority.write_client(root, &format!("{name}-client"));
        }
        Self {
            here,
            cluster,
            ours,
        }
    }

    fn proxy(&self, validity: Validity) -> String {
        self.ours.proxy(self.cluster.frontend(), validity)
    }

    /// What `up` tells about each of the settings, with its exit code. The addresses are replaced by
    /// their names. Nothing is started.
    fn told(&self, cases: &[(&str, String)], addresses: &[(&str, &str)]) -> String {
        let mut told = String::new();
        for (name, set) in cases {
            let up = self.here.harness(&["up", "-p", "existing", "--set", set]);
            // In place of the public authorities of the machine.
            let authorities = self.here.place.root().join("theirs.ca.pem");
            let up = up.env("OUR_KEY", API_KEY).env("SSL_CERT_FILE", authorities);
            let up = up.run();
            assert!(!up.stderr.contains(API_KEY), "{name}: it has the key");
            assert!(up.took.as_secs() < 60, "{name}: {up}");
            let code = up.code().unwrap_or_default();
            let error = up.stderr.lines().filter(|line| !line.starts_with('·'));
            let error: Vec<&str> = error.collect();
            writeln!(told, "{name}: exit {code}\n{}", error.join("\n")).expect("a string");
            let processes = self.here.place.processes();
            assert!(processes.is_empty(), "{name}: {processes:?}");
        }
        let root = self.here.place.root().as_str();
        for (address, shown) in addresses.iter().chain(&[(root, "ROOT")]) {
            told = told.replace(address, shown);
        }
        told
    }
}

/// Hides what differs from run to run.
fn filtered(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"verification time \d+", "verification time [now]");
    settings.add_filter(r"(failed to lookup address information): .*", "$1: [why]");
    settings.add_filter(r"\(\d+ seconds ago\)", "([long] ago)");
    // Which of both ends notices it first differs. With one of these texts, the whole cause is hidden.
    let ends = "(connection|stream) closed.*|connection was not ready|\
                received fatal alert: [A-Za-z]+|connection error detected: .*|\
                .*[Cc]onnection reset.*|.*[Bb]roken pipe.*|\
                .*unexpected end of file";
    settings.add_filter(&format!("(?m)caused by: ({ends})$"), "caused by: [its end]");
    settings.bind(check);
}

const CLIENT: &str = "cert: ours-client.pem, key: ours-client.key";

#[test]
fn each_certificate_that_is_not_accepted_is_one_error_before_anything_is_started() {
    let bad = Bad::new();
    let (good, expired) = (bad.proxy(Validity::Valid), bad.proxy(Validity::Expired));
    let named = format!("server-name: {NAME}");
    let cases = [
        (
            "wrong authority",
            format!("ca: theirs.ca.pem, {CLIENT}, {named}"),
        ),
        ("public authorities", format!("{CLIENT}, {named}")),
        ("wrong name", format!("ca: ours.ca.pem, {CLIENT}")),
        ("no client certificate", format!("ca: ours.ca.pem, {named}")),
        (
            "foreign client certificate",
            format!("ca: ours.ca.pem, cert: theirs-client.pem, key: theirs-client.key, {named}"),
        ),
    ];
    let mut cases = cases.map(|(name, keys)| (name, tls(&good, &keys))).to_vec();
    let keys = format!("ca: ours.ca.pem, {CLIENT}, {named}");
    cases.push(("expired", tls(&expired, &keys)));
    let told = bad.told(&cases, &[(&good, "GOOD"), (&expired, "EXPIRED")]);
    filtered(|| {
        assert_snapshot!(told, @r#"
        wrong authority: exit 69
        error: the certificate of GOOD is signed by an unknown authority
          caused by: invalid peer certificate: UnknownIssuer
          hint: Set `backend.existing.tls.ca` to the certificate of the authority that signed it.
        public authorities: exit 69
        error: the certificate of GOOD is signed by an unknown authority
          caused by: invalid peer certificate: UnknownIssuer
          hint: Set `backend.existing.tls.ca` to the certificate of the authority that signed it.
        wrong name: exit 69
        error: the certificate of GOOD is for another host name
          caused by: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("temporal.internal")
          hint: Set `backend.existing.tls.server-name` to a name in the certificate.
        no client certificate: exit 77
        error: GOOD refused a client without a certificate
          caused by: [its end]
          hint: Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        foreign client certificate: exit 77
        error: GOOD refused the certificate of this client
          caused by: [its end]
          hint: Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        expired: exit 69
        error: the certificate of EXPIRED has expired
          caused by: invalid peer certificate: certificate expired: verification time [now] (UNIX), but certificate is not valid after 1609459200 ([long] ago)
          hint: Renew the certificate of the server, or correct the clock of this machine.
        "#);
    });
}

#[test]
fn each_address_without_a_temporal_is_one_error_in_bounded_time() {
    let bad = Bad::new();
    let good = bad.proxy(Validity::Valid);
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let closed_address = closed.local_addr().expect("bound").to_string();
    drop(closed);
    // The kernel accepts a connection, and nobody answers.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let silent_address = silent.local_addr().expect("bound").to_string();
    let http = support::serve("hello");
    let http = http.trim_start_matches("http://");
    let plain = bad.cluster.address();
    let at = |address: &str| format!("backend.existing.address='{address}'");
    let of_host =
        |address: &str| format!("backend={{existing: {{address: '{address}', allow-load: true}}}}");
    let cases = [
        ("no TLS", at(&good)),
        (
            "TLS to plaintext",
            tls(&plain, &format!("ca: ours.ca.pem, {CLIENT}")),
        ),
        ("nobody listens", at(&closed_address)),
        ("silence", at(&silent_address)),
        ("not Temporal", at(http)),
        ("unknown host", of_host("no.such.host.invalid:7233")),
    ];
    let addresses = [
        (&*good, "GOOD"),
        (&closed_address, "CLOSED"),
        (&silent_address, "SILENT"),
        (http, "HTTP"),
        (&plain, "PLAIN"),
    ];
    let told = bad.told(&cases, &addresses);
    filtered(|| {
        assert_snapshot!(told, @"
        no TLS: exit 69
        error: there is no Temporal frontend without TLS at GOOD
          caused by: [its end]
          hint: Set `backend.existing.tls: {}` if the server requires TLS, or correct the address.
        TLS to plaintext: exit 69
        error: PLAIN does not speak TLS
          caused by: received corrupt message of type InvalidContentType
          hint: Remove `backend.existing.tls`, and an API key, which implies TLS, if the server has none, or correct the address.
        nobody listens: exit 69
        error: could not connect to CLOSED
          caused by: Connection refused (os error 111)
          hint: Check that Temporal runs and that this machine can reach that port.
        silence: exit 69
        error: no answer from SILENT
          caused by: no answer from Temporal at SILENT within 10s
          hint: Check that Temporal runs and that this machine can reach that port.
        not Temporal: exit 69
        error: there is no Temporal frontend without TLS at HTTP
          caused by: [its end]
          hint: Set `backend.existing.tls: {}` if the server requires TLS, or correct the address.
        unknown host: exit 69
        error: could not find the host of no.such.host.invalid:7233
          caused by: failed to lookup address information: [why]
          hint: Correct the host in `backend.existing.address` or `--address`.
        ");
    });
}

#[test]
fn each_wrong_setting_of_a_cluster_is_one_error_before_anything_is_started() {
    let bad = Bad::new();
    let (good, plain) = (bad.proxy(Validity::Valid), bad.cluster.address());
    // It says what it was sent.
    let refusal = refusing::serve("16", format!("{API_KEY} is not valid"));
    let refusing = bad.ours.proxy(refusal, Validity::Valid);
    let keys = format!("ca: ours.ca.pem, {CLIENT}, server-name: {NAME}");
    let cases = [
        (
            "wrong namespace",
            format!("backend.existing={{address: '{plain}', namespace: orders}}"),
        ),
        (
            "API key",
            format!(
                "backend={{existing: {{address: '{refusing}', api-key-variable: OUR_KEY, tls: \
                 {{{keys}}}}}}}"
            ),
        ),
        ("no such file", tls(&good, "ca: nowhere.pem")),
        (
            "key of another certificate",
            tls(
                &good,
                "ca: ours.ca.pem, cert: ours-client.pem, key: theirs-client.key",
            ),
        ),
        (
            "key without certificate",
            tls(&good, "key: ours-client.key"),
        ),
    ];
    let addresses = [(&*good, "GOOD"), (&plain, "PLAIN"), (&refusing, "REFUSING")];
    let told = bad.told(&cases, &addresses);
    filtered(|| {
        assert_snapshot!(told, @"
        wrong namespace: exit 65
        error: PLAIN has no namespace `orders`
          hint: Set `backend.existing.namespace` to a namespace of the cluster, or create it: the harness creates none there.
        API key: exit 77
        error: REFUSING did not accept the credentials
          caused by: [secret] is not valid
          hint: Check the API key (`backend.existing.api-key-file` or `api-key-variable`), or the client certificate (`tls.cert`), and its permissions in the namespace.
        no such file: exit 65
        error: could not read the file of `backend.existing.tls.ca`
          caused by: failed to open file `ROOT/nowhere.pem`: No such file or directory (os error 2)
          hint: Correct the path in `backend.existing.tls.ca`; it is relative to the working directory.
        key of another certificate: exit 65
        error: `backend.existing.tls.key` is not the private key of the certificate in `cert`
          caused by: keys may not be consistent: KeyMismatch
          hint: Set `backend.existing.tls.key` to the private key of the certificate in `cert`.
        key without certificate: exit 65
        error: --set backend={existing: {address: 'GOOD', tls: {key: ours-client.key}}}: `key` needs its certificate; set `tls.cert` too
          |
        1 | backend={existing: {address: 'GOOD', tls: {key: ours-client.key}}}
          |                                                            ^^^^^^^^^^^^^^^
        ");
    });
}
