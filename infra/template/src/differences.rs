//! The differences between two texts of a template.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::{secrets::Secrets, system::Template, yaml};

/// The names of the resources and of the other sections that differ. Comments and order do not count.
///
/// # Errors
/// If the runtime cannot honour the new text.
pub fn differences(old: &str, new: &str) -> Result<Vec<String>> {
    Template::parse(new, &mut Secrets::in_memory())?;
    let (mut old, mut new) = (yaml::parse(old)?, yaml::parse(new)?);
    let resources =
        [&mut old, &mut new].map(|template| template.get_mut("Resources").map(Value::take).unwrap_or_default());
    let [old_resources, new_resources] = &resources;
    let mut changed = changed(&old, &new);
    changed.extend(self::changed(old_resources, new_resources));
    Ok(changed)
}

fn changed(old: &Value, new: &Value) -> Vec<String> {
    let names: BTreeSet<_> =
        [old, new].into_iter().filter_map(Value::as_object).flatten().map(|(name, _)| name).collect();
    names.into_iter().filter(|name| old.get(name.as_str()) != new.get(name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
        Parameters: {Stage: {Type: String, Default: prod}}
        Resources:
          Events: {Type: AWS::Logs::LogGroup}
          Other: {Type: AWS::Logs::LogGroup}
    ";

    #[test]
    fn a_change_has_the_name_of_its_resource_or_section() {
        let new = TEMPLATE.replace("prod", "test").replace("Other:", "Another:");
        assert_eq!(differences(TEMPLATE, &new).unwrap(), ["Parameters", "Another", "Other"]);
        assert!(differences(TEMPLATE, &format!("{TEMPLATE}\n# a comment\n")).unwrap().is_empty());
        differences(TEMPLATE, &TEMPLATE.replace("AWS::Logs::LogGroup", "AWS::Kinesis::Stream")).unwrap_err();
    }
}
