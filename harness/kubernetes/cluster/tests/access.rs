//! The user that the cluster sees when the kubeconfig gets its user from a program.

use backend::Readiness;
use base::causes::in_one_line;
use base::secret::Secret;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::PostParams;
use kube::config::{AuthInfo, ExecConfig, Kubeconfig};
use testing::docker_engine::SHELL;

use super::test_namespace::{STAYS, TestNamespace};
use crate::Cluster;

fn text(kubeconfig: &Kubeconfig) -> Secret {
    Secret::new(serde_json::to_string(kubeconfig).expect("JSON is YAML"))
}

async fn refused(kubeconfig: &Kubeconfig, token: &str) -> backend::Error {
    let token = Secret::new(token);
    let cluster = Cluster::from_kubeconfig(&text(kubeconfig), Some(&token), "test-access");
    let seen = cluster.expect("it is a kubeconfig").observe().await;
    seen.expect_err("the user has no permission")
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn the_user_is_that_of_the_certificate_or_else_of_the_token_and_the_server_is_verified() {
    let namespace = TestNamespace::new("test-access").await;
    let web = namespace.group("web", 0, SHELL, STAYS);
    namespace.apply(&web).await;
    let accounts = namespace.cluster.in_namespace::<ServiceAccount>();
    let request = TokenRequest {
        spec: TokenRequestSpec::default(),
        ..TokenRequest::default()
    };
    let how = PostParams::default();
    let token = accounts.create_token_request("web", &how, &request).await;
    let token = token.expect("a token").status.expect("it exists").token;

    let file = fs_err::read_to_string(namespace.shared.kubeconfig()).expect("it exists");
    let as_it_is = Cluster::from_kubeconfig(&Secret::new(&file), None, "test-access");
    let as_it_is = as_it_is.expect("it has a certificate");
    assert_eq!(as_it_is.ready(1).await, Readiness::Ready);

    let mut kubeconfig = Kubeconfig::from_yaml(&file).expect("a valid kubeconfig");
    let absent = ExecConfig {
        command: Some("/absent/kubelogin".to_owned()),
        ..serde_json::from_str("{}").expect("all fields are optional")
    };
    kubeconfig.auth_infos[0].auth_info = Some(AuthInfo {
        exec: Some(absent),
        ..AuthInfo::default()
    });
    let error = refused(&kubeconfig, &token).await;
    let told = in_one_line(&error);
    assert!(
        told.contains(r#"User "system:serviceaccount:test-access:web" cannot list"#),
        "{told}"
    );
    assert!(
        error.hints[0].to_string().contains("permissions"),
        "{:?}",
        error.hints
    );
    let error = refused(&kubeconfig, "nobody").await;
    assert!(
        error.hints[0].to_string().contains("expired"),
        "{:?}",
        error.hints
    );

    let key = rcgen::KeyPair::generate().expect("a key");
    let other = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    let other = other.self_signed(&key).expect("a certificate").pem();
    let cluster = kubeconfig.clusters[0].cluster.as_mut().expect("it exists");
    cluster.certificate_authority_data = Some({
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(other)
    });
    let told = in_one_line(&refused(&kubeconfig, &token).await);
    assert!(told.contains("certificate"), "{told}");
}
