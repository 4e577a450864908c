//! What names may be, beyond their letters and lengths.

use model::azure_limits;

use super::super::refusal::Refusal;
use super::draft::Draft;

/// Refuses a name with a word that Azure reserves, where a resource with an address of its own is
/// made.
pub(super) fn unreserved(draft: &Draft<'_>) -> Result<(), Refusal> {
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

/// Refuses what a cluster, the group of its nodes, its address or its pools cannot be called.
///
/// <https://aka.ms/aks-naming-rules>; the texts were reported in
/// <https://github.com/rancher/dashboard/issues/8980>,
/// <https://github.com/pulumi/pulumi-azure-native/issues/571> and
/// <https://github.com/Azure/AKS/issues/3300>.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    const RULES: &str = "Please see https://aka.ms/aks-naming-rules for more details.";
    unreserved(draft)?;
    // AKS says the same where the word is in the name of the group.
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
    // A new cluster has one, or a whole name in its place. What is left blank is not said.
    let said = draft.text("/properties/dnsPrefix");
    let whole = draft.text("/properties/fqdnSubdomain").is_some() || draft.before().is_some();
    let prefix = said.or((!whole).then_some(""));
    if let Some(prefix) = prefix.filter(|prefix| !azure_limits::dns_prefix_fits(prefix)) {
        // Twice, and with two dots: as Azure has it.
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
