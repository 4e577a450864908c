//! The addresses of load balancers that the cloud assigned to Services.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;
use kube::Api;
use kube::api::ListParams;

use super::Cluster;
use super::cluster::call;
use super::labels::{MANAGED_BY, MANAGER};

impl Cluster {
    /// The addresses of load balancers, as `http://ADDRESS:PORT` by the names of their Services. A
    /// Service without an address yet is left out.
    pub async fn load_balancers(&self) -> Result<BTreeMap<String, String>, backend::Error> {
        let services: Api<Service> = self.in_namespace();
        let ours = ListParams::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
        let list = call("list the services", services.list(&ours)).await?;
        Ok(list.items.iter().filter_map(address).collect())
    }
}

fn address(service: &Service) -> Option<(String, String)> {
    let name = service.metadata.name.clone()?;
    let port = service.spec.as_ref()?.ports.as_ref()?.first()?.port;
    let status = service.status.as_ref()?.load_balancer.as_ref()?;
    let first = status.ingress.as_ref()?.first()?;
    let mut hosts = [&first.ip, &first.hostname].into_iter().flatten();
    let host = hosts.find(|host| !host.is_empty())?;
    Some((name, format!("http://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_an_address_after_the_cloud_assigned_one() {
        let mut service: Service = serde_json::from_value(serde_json::json!({
            "metadata": {"name": "web"},
            "spec": {"ports": [{"name": "http", "port": 8080}]},
            "status": {"loadBalancer": {}},
        }))
        .expect("a service");
        assert_eq!(address(&service), None);
        let empty = serde_json::json!({"loadBalancer": {"ingress": [{"ip": ""}]}});
        service.status = serde_json::from_value(empty).expect("a status");
        assert_eq!(address(&service), None);
        let status = serde_json::json!({"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}});
        service.status = serde_json::from_value(status).expect("a status");
        let expected = ("web".to_owned(), "http://203.0.113.7:8080".to_owned());
        assert_eq!(address(&service), Some(expected));
    }
}
