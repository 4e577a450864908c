//! Kubeconfigs as they come, and as they must not.

use super::*;

/// What is in each kubeconfig here and must be in no error.
const KEPT: &str = "c2VjcmV0";

/// A kubeconfig, with further lines for its cluster and its user.
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

/// A cluster as it should be.
fn cluster() -> String {
    use base64::Engine as _;

    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    let pem = base64::engine::general_purpose::STANDARD.encode(pem);
    format!("server: https://127.0.0.1:6443\n    certificate-authority-data: {pem}")
}

/// A user as AKS tells it where local accounts are disabled.
const EXEC: &str = "exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --server-id, 6dae42f8]
      env: null
      provideClusterInfo: false";

const CERTIFICATE: &str = "client-certificate-data: c2VjcmV0
    client-key-data: c2VjcmV0";

/// Who the user is to be, in words.
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
fn a_user_that_a_program_would_tell_is_told_by_the_token() {
    assert_eq!(user(EXEC, Some("t0k")).expect("used"), r#"token="t0k""#);
    let both = format!("{CERTIFICATE}\n    {EXEC}");
    assert_eq!(user(&both, Some("t0k")).expect("used"), r#"token="t0k""#);
    let provider = "auth-provider: {name: azure, config: {}}";
    assert_eq!(user(provider, Some("t0k")).expect("used"), r#"token="t0k""#);
    assert_eq!(user("{}", Some("t0k")).expect("used"), r#"token="t0k""#);
}

#[test]
fn a_user_with_a_certificate_or_token_of_its_own_is_taken_as_it_is() {
    let certificate = r#"client-certificate-data="c2VjcmV0" client-key-data="c2VjcmV0""#;
    for token in [None, Some("t0k")] {
        assert_eq!(user(CERTIFICATE, token).expect("used"), certificate);
        let own = user("token: own", token).expect("used");
        assert_eq!(own, r#"token="own""#);
    }
}

#[test]
fn the_server_is_the_current_one_and_verified_by_the_authority_that_comes_with_it() {
    let whole = kubeconfig(&cluster(), CERTIFICATE);
    let config = config(&whole, None).expect("it is right");
    assert_eq!(config.cluster_url.to_string(), "https://127.0.0.1:6443/");
    assert!(!config.accept_invalid_certs);
    assert_eq!(config.root_cert.map(|roots| roots.len()), Some(1));
    assert!(config.root_cert_file.is_none() && config.proxy_url.is_none());
}

#[test]
fn what_cannot_be_used_is_refused_in_words_that_quote_nothing() {
    let fine = cluster();
    let with = |line: &str| kubeconfig(&format!("{fine}\n    {line}"), EXEC);
    let as_user = |user: &str| kubeconfig(&fine, user);
    let cases = [
        (with("insecure-skip-tls-verify: true"), SKIP_VERIFY),
        (with("proxy-url: http://c2VjcmV0"), "`proxy-url`"),
        (
            kubeconfig("server: http://c2VjcmV0", EXEC),
            "what is not encrypted",
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
            "no file beside it is read",
        ),
        (
            kubeconfig(
                "server: https://a\n    certificate-authority-data: c2VjcmV0",
                EXEC,
            ),
            "its certificate authority cannot be used",
        ),
        (
            kubeconfig("tls-server-name: c2VjcmV0", EXEC),
            "`server` is missing",
        ),
        (as_user("tokenFile: /c2VjcmV0"), "`tokenFile`: no file"),
        (as_user("client-key: /c2VjcmV0"), "`client-key`: no file"),
        (
            as_user("{token: a, as: c2VjcmV0}"),
            "nobody is impersonated",
        ),
        (as_user(EXEC), "and there is no token"),
        (as_user("{}"), "and there is no token"),
        (Secret::new(""), "`current-context` is missing"),
        (
            Secret::new("users: c2VjcmV0"),
            "it is no kubeconfig (line 1)",
        ),
        (Secret::new("\n{c2VjcmV0: ["), "it is no kubeconfig"),
    ];
    for (text, expected) in cases {
        let error = config(&text, None).expect_err(expected);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(expected), "{expected}: {shown}");
        assert!(!shown.contains(KEPT), "{shown}");
    }
}

#[tokio::test]
async fn keys_and_tokens_that_are_none_are_refused_unseen() {
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
async fn where_a_token_is_needed_a_hint_says_where_it_comes_from() {
    let connected =
        crate::Cluster::from_kubeconfig(&kubeconfig(&cluster(), EXEC), None, "temporal");
    let error: backend::Error = connected.expect_err("nobody is signed in");
    assert_eq!(error.to_string(), "could not use the cluster's kubeconfig");
    assert!(
        error.hints[0].to_string().contains("sign in"),
        "{:?}",
        error.hints
    );
}
