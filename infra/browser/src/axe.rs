//! Accessibility, as axe-core measures it.

use std::{env, fs};

use serde_json::Value;

use crate::Window;

impl Window {
    /// Asserts that axe-core finds no violation of WCAG 2.2 A and AA, nor of its best practices.
    pub async fn is_accessible(&self, what: &str) {
        let path = env::var_os("AXE_CORE").expect("infra/scripts/browser sets AXE_CORE, the path of axe.min.js");
        let axe = fs::read_to_string(path).expect("AXE_CORE can be read");
        self.client.execute(&axe, vec![]).await.expect("axe-core can be loaded");
        let found = self.client.execute_async(RUN, vec![]).await.expect("axe-core runs");
        assert_eq!(found["violations"], Value::Array(vec![]), "{what}: {found:#}");
        let passes = found["passes"].as_u64().unwrap_or_default();
        assert!(passes > 10, "{what}: axe-core has checked almost nothing: {found:#}");
    }
}

const RUN: &str = "const done = arguments[arguments.length - 1];
    const told = ({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)];
    axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations, passes }) => done({ violations: violations.map(told), passes: passes.length }),
        (error) => done({ violations: [String(error)], passes: 0 }))";
