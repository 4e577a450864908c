//! Rules of names beyond characters and lengths.

use model::azure_limits;

use super::super::refusal::Refusal;
use super::draft::Draft;

/// Refuses a reserved word in the name of a new resource that gets its own DNS name.
pub(super) fn check_not_reserved(draft: &Draft<'_>) -> Result<(), Refusal> {
    match azure_limits::reserved_word(draft.id.name()) {
        Some(_) if draft.before().is_none() => Err(reserved(draft.id.name())),
        _ => Ok(()),
    }
}

fn reserved(name: &str) -> Refusal {
    let message = format!(
        "The resource name '{name}' or a part of the name is a trademarked or reserved word."
    );
    Refusal::bad("ReservedResourceName", message)
}

/// Refuses invalid names of a cluster, of its node resource group and of its DNS prefix.
///
/// <https://aka.ms/aks-naming-rules>; the texts were reported in
/// <https://github.com/rancher/dashboard/issues/8980>,
/// <https://github.com/pulumi/pulumi-azure-native/issues/571> and
/// <https://github.com/Azure/AKS/issues/3300>.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    const RULES: &str = "Please see https://aka.ms/aks-naming-rules for more details.";
    check_not_reserved(draft)?;
    // AKS gives the same refusal if the reserved word is in the name of the group.
    let group = draft.id.group().unwrap_or_default();
    if azure_limits::reserved_word(group).is_some() && draft.before().is_none() {
        return Err(reserved(group));
    }
    let invalid = |target: &str, message: String| {
        let refusal = Refusal::bad("InvalidParameter", message);
        Err(refusal.about(target).of_aks())
    };
    let name = draft.id.name();
    let outer = |letter: char| letter.is_ascii_alphanumeric();
    let plain = |letter: char| outer(letter) || "-_".contains(letter);
    if !(1..=63).contains(&name.len())
        || !name.chars().all(plain)
        || !name.starts_with(outer)
        || !name.ends_with(outer)
    {
        return invalid(
            "name",
            format!("The value of parameter name is invalid. {RULES}"),
        );
    }
    let nodes = draft.text("/properties/nodeResourceGroup");
    if let Some(length) = nodes
        .map(str::len)
        .filter(|it| *it > azure_limits::NODE_GROUP)
    {
        let most = azure_limits::NODE_GROUP;
        return invalid(
            "name",
            format!(
                "The length of the node resource group name is too long. The maximum length is \
                 {most} and the length of the value provided is {length}. {RULES}"
            ),
        );
    }
    // A new cluster needs a DNS prefix or a full subdomain. An empty text counts as missing.
    let given = draft.text("/properties/dnsPrefix");
    let whole = draft.text("/properties/fqdnSubdomain").is_some() || draft.before().is_some();
    let prefix = given.or((!whole).then_some(""));
    if let Some(prefix) = prefix.filter(|prefix| !azure_limits::dns_prefix_fits(prefix)) {
        // Azure's text has the sentence twice, and two periods.
        return invalid(
            "dnsPrefix",
            format!(
                "The value of parameter dnsPrefix is invalid. Error details: DNS prefix \
                 '{prefix}' is invalid. DNS prefix must contain between 1 and 54 characters. \
                 {RULES}. {RULES}"
            ),
        );
    }
    Ok(())
}
