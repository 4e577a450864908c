//! The built-in Azure behind TLS.

use serde_json::{Value, json};

use super::super::{Clock, Fault, Options, Script, Settings, Simulator, What};

fn client(simulator: &Simulator) -> reqwest::Client {
    let authority =
        reqwest::Certificate::from_pem(simulator.ca_pem.as_bytes()).expect("a certificate");
    base::http::builder()
        .no_proxy()
        .tls_certs_only([authority])
        .build()
        .expect("a client")
}

async fn token(simulator: &Simulator, client: &reqwest::Client, settings: &Settings) -> String {
    let mut form = reqwest::Url::parse("https://form").expect("an address");
    form.query_pairs_mut()
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &settings.client)
        .append_pair("client_secret", settings.secret.reveal())
        .append_pair("scope", "https://management.azure.com/.default");
    let url = format!(
        "{}/{}/oauth2/v2.0/token",
        simulator.base_url, settings.tenant
    );
    let answer = client
        .post(url)
        .body(form.query().unwrap_or_default().to_owned())
        .send()
        .await
        .expect("an answer");
    let answer: Value =
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("a document");
    answer["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_new_process_continues_the_cloud_at_the_same_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::invented();
    let options = |script: Script| Options {
        clock: Clock::held(),
        settings: settings.clone(),
        script,
        folder: Some(
            camino::Utf8Path::from_path(folder.path())
                .expect("UTF-8")
                .to_owned(),
        ),
        port: None,
    };
    let simulator = Simulator::start(options(Script::default()))
        .await
        .expect("the simulator starts");
    let first = client(&simulator);
    let bearer = token(&simulator, &first, &settings).await;
    let url = format!(
        "{}/subscriptions/{}/resourceGroups/rg?api-version=2024-03-01",
        simulator.base_url, settings.subscription
    );
    let body = json!({"location": "westeurope"}).to_string();
    let put = first
        .put(&url)
        .bearer_auth(&bearer)
        .header("x-ms-correlation-request-id", "mine")
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(put.status(), 201);
    assert_eq!(put.headers()["x-ms-correlation-request-id"], "mine");
    assert_eq!(
        put.headers()["x-ms-ratelimit-remaining-subscription-writes"],
        "799"
    );
    let recorded = serde_json::to_string(&simulator.recorder.exchanges()).expect("a document");
    assert!(recorded.contains("/resourceGroups/rg") && !recorded.contains(&bearer));
    let base_url = simulator.base_url.clone();
    drop(put);
    drop(first);
    simulator.shutdown().await;

    let script = Script::new(vec![Fault::at("/resourcegroups/rg", What::Reset)]);
    let simulator = Simulator::start(options(script))
        .await
        .expect("the simulator starts again");
    assert_eq!(simulator.base_url, base_url);
    let second = client(&simulator);
    let bearer = token(&simulator, &second, &settings).await;
    let broken = second
        .get(&url)
        .bearer_auth(&bearer)
        .send()
        .await
        .expect("the start of a response");
    assert!(broken.bytes().await.is_err());
    let found = second
        .get(&url)
        .bearer_auth(&bearer)
        .send()
        .await
        .expect("an answer");
    assert_eq!(found.status(), 200);
    simulator.shutdown().await;
}
