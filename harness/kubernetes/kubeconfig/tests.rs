//! Valid and invalid kubeconfigs.

use super::*;

/// A secret in each kubeconfig that must not be in any error.
const KEPT: &str = "c2VjcmV0";

/// A kubeconfig with additional lines for its cluster and its user.
fn kubeconfig(cluster: &str, user: &str) -> Secret {
    Secret::new(format!(
        "apiVersion: v1
kind: Config
current-context: one
contexts:
- name: one
  context: {{cluster: the-cluster, user: the-user}}
clusters:
- name: another
  cluster: {{server: 'https://10.0.0.1'}}
- name: the-cluster
  cluster:
    {cluster}
users:
- name: the-user
  user:
    {user}
"
    ))
}

/// A valid cluster entry.
fn cluster() -> String {
    use base64::Engine as _;

    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    let pem = base64::engine::general_purpose::STANDARD.encode(pem);
    format!("server: https://127.0.0.1:6443\n    certificate-authority-data: {pem}")
}

/// A user entry of AKS with disabled local accounts.
const EXEC: &str = "exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --server-id, 6dae42f8]
      env: null
      provideClusterInfo: false";

const CERTIFICATE: &str = "client-certificate-data: c2VjcmV0
    client-key-data: c2VjcmV0";

/// The credentials in words.
fn told(auth: &AuthInfo) -> String {
    let shown = serde_json::to_value(auth).expect("JSON");
    let mut told: Vec<String> = shown
        .as_object()
        .expect("an object")
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    told.sort();
    told.join(" ")
}

fn user(user: &str, token: Option<&str>) -> Result<String, Unusable> {
    let token = token.map(Secret::new);
    let config = config(&kubeconfig(&cluster(), user), token.as_ref())?;
    Ok(told(&config.auth_info))
}

#[test]
fn a_user_from_a_program_uses_the_token() {
    assert_eq!(user(EXEC, Some("t0k")).expect("used"), r#"token="t0k""#);
    let both = format!("{CERTIFICATE}\n    {EXEC}");
    assert_eq!(user(&both, Some("t0k")).expect("used"), r#"token="t0k""#);
    let provider = "auth-provider: {name: azure, config: {}}";
    assert_eq!(user(provider, Some("t0k")).expect("used"), r#"token="t0k""#);
    assert_eq!(user("{}", Some("t0k")).expect("used"), r#"token="t0k""#);
}

#[test]
fn a_user_with_its_own_certificate_or_token_is_unchanged() {
    let certificate = r#"client-certificate-data="c2VjcmV0" client-key-data="c2VjcmV0""#;
    for token in [None, Some("t0k")] {
        assert_eq!(user(CERTIFICATE, token).expect("used"), certificate);
        let own = user("token: own", token).expect("used");
        assert_eq!(own, r#"token="own""#);
    }
}

#[test]
fn the_server_is_that_of_the_current_context_and_verified_with_its_authority() {
    let whole = kubeconfig(&cluster(), CERTIFICATE);
    let config = config(&whole, None).expect("the kubeconfig is valid");
    assert_eq!(config.cluster_url.to_string(), "https://127.0.0.1:6443/");
    assert!(!config.accept_invalid_certs);
    assert_eq!(config.root_cert.map(|roots| roots.len()), Some(1));
    assert!(config.root_cert_file.is_none() && config.proxy_url.is_none());
}

#[test]
fn invalid_kubeconfigs_are_refused_without_quoting_them() {
    let fine = cluster();
    let with = |line: &str| kubeconfig(&format!("{fine}\n    {line}"), EXEC);
    let as_user = |user: &str| kubeconfig(&fine, user);
    let cases = [
        (with("insecure-skip-tls-verify: true"), SKIP_VERIFY),
        (with("proxy-url: http://c2VjcmV0"), "`proxy-url`"),
        (
            kubeconfig("server: http://c2VjcmV0", EXEC),
            "would not be encrypted",
        ),
        (
            kubeconfig("server: https://c2VjcmV0", EXEC),
            "`certificate-authority-data` is missing",
        ),
        (
            kubeconfig(
                "server: https://a\n    certificate-authority: /c2VjcmV0",
                EXEC,
            ),
            "no other file is read",
        ),
        (
            kubeconfig(
                "server: https://a\n    certificate-authority-data: c2VjcmV0",
                EXEC,
            ),
            "its certificate authority is invalid",
        ),
        (
            kubeconfig("tls-server-name: c2VjcmV0", EXEC),
            "`server` is missing",
        ),
        (
            as_user("tokenFile: /c2VjcmV0"),
            "`tokenFile` is not supported: no other file",
        ),
        (
            as_user("client-key: /c2VjcmV0"),
            "`client-key` is not supported: no other file",
        ),
        (as_user("{token: a, as: c2VjcmV0}"), "does not impersonate"),
        (as_user(EXEC), "and there is no token"),
        (as_user("{}"), "and there is no token"),
        (Secret::new(""), "`current-context` is missing"),
        (
            Secret::new("users: c2VjcmV0"),
            "it is not a kubeconfig (line 1)",
        ),
        (Secret::new("\n{c2VjcmV0: ["), "it is not a kubeconfig"),
    ];
    for (text, expected) in cases {
        let error = config(&text, None).expect_err(expected);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(expected), "{expected}: {shown}");
        assert!(!shown.contains(KEPT), "{shown}");
    }
}

#[tokio::test]
async fn invalid_keys_and_tokens_are_refused_without_quoting_them() {
    let quoted = r#"token: "c2VjcmV0\n""#;
    for (user, token) in [
        (CERTIFICATE, None),
        (quoted, None),
        (EXEC, Some(Secret::new("c2VjcmV0\n"))),
        (EXEC, Some(Secret::new(""))),
    ] {
        let made = client(&kubeconfig(&cluster(), user), token.as_ref());
        let error = made.err().expect("it is refused");
        assert!(matches!(error, Unusable::Garbled { .. }), "{error}");
    }
}

#[tokio::test]
async fn the_error_for_a_missing_token_has_a_hint() {
    let connected =
        crate::Cluster::from_kubeconfig(&kubeconfig(&cluster(), EXEC), None, "temporal");
    let error: backend::Error = connected.expect_err("there is no token");
    assert_eq!(error.to_string(), "could not use the cluster's kubeconfig");
    assert!(
        error.hints[0].to_string().contains("Sign in"),
        "{:?}",
        error.hints
    );
}
