//! Errors that are embedded in the text of other errors. AKS answers with a bare error, and a
//! deployment passes it on as text with the HTTP reason as its code
//! (<https://github.com/Azure/AKS-Construction/issues/501>). The preflight check of a deployment
//! puts a sentence around it (<https://github.com/Azure/AKS/issues/4383>). AKS quotes errors of
//! other providers in the format of Go
//! (<https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/error-code-linkedauthorizationfailed>).

use serde_json::{Deserializer, Value};

/// The number of braces that are tried as the start of a document.
const TRIES: usize = 16;

/// The JSON documents in a text: the whole text, or those embedded in it.
pub(super) fn documents(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        // A document that was serialised to text twice.
        Ok(Value::String(inner)) if inner != text => return documents(&inner),
        Ok(whole @ (Value::Object(_) | Value::Array(_))) => return vec![whole],
        _ => {}
    }
    let mut found = Vec::new();
    let mut rest = text;
    for _ in 0..TRIES {
        let Some(start) = rest.find('{') else { break };
        rest = &rest[start..];
        let mut stream = Deserializer::from_str(rest).into_iter::<Value>();
        let length = match stream.next() {
            Some(Ok(document)) => {
                found.push(document);
                stream.byte_offset()
            }
            _ => 1,
        };
        rest = &rest[length..];
    }
    if found.is_empty() && text.contains("{\\\"") {
        return documents(&text.replace("\\\"", "\""));
    }
    found
}

/// The codes and messages in a text that have the form `Code="..." Message="..."`.
pub(super) fn quoted(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("Code=\"") {
        let Some((code, after)) = until_quote(after) else {
            break;
        };
        let message = after.trim_start().strip_prefix("Message=\"");
        let message = message.and_then(until_quote);
        let (message, after) = message.unwrap_or((String::new(), after));
        found.push((code, message));
        rest = after;
    }
    found
}

/// The text up to the next unescaped quotation mark, and the rest after that mark.
fn until_quote(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, letter)| {
        let ends = *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        ends
    });
    let (end, _) = end?;
    Some((text[..end].replace("\\\"", "\""), &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_found_as_the_whole_text_inside_a_sentence_and_as_quoted_text() {
        let document = json!({"code": "X", "message": "a {b} \"c\""});
        let text = document.to_string();
        let twice = serde_json::to_string(&text).expect("JSON");
        for text in [
            text.clone(),
            format!("\r\n{text}\r\n"),
            format!("It failed {{as usual}}. Message: {text}. Details: "),
            twice,
            r#"Message: {\"code\":\"X\",\"message\":\"a {b} c\"}"#.to_owned(),
        ] {
            let found = documents(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0]["code"], "X", "{text}");
        }
        for text in ["", "no error", "{", "{{{{{{{{", "{'code': 1}", "\"{\"", "7"] {
            assert_eq!(documents(text), Vec::<Value>::new(), "{text}");
        }
    }

    #[test]
    fn an_error_in_the_format_of_go_is_found() {
        let text = r#"Reconcile failed. OrginalError: Code="LinkedAuthorizationFailed" Message="The client \"x\" has no right."; Code="Other""#;
        let found = quoted(text);
        let of = |code: &str, message: &str| (code.to_owned(), message.to_owned());
        let right = of(
            "LinkedAuthorizationFailed",
            "The client \"x\" has no right.",
        );
        assert_eq!(found, [right, of("Other", "")]);
        assert_eq!(quoted("Code=\"open"), []);
    }
}
