//! The number of operations of each kind.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use history::{History, Mentions, Outcome, Revision, Sent, Wish};

const KINDS: [&str; 13] = [
    "messages",
    "replies",
    "mentions",
    "mentions of all",
    "pictures",
    "forwards",
    "edits",
    "edits of mentions",
    "deletions",
    "deletions of pictures",
    "own deletions",
    "reactions",
    "removed reactions",
];

/// The outcomes of the operations of each kind. An operation may be of several kinds.
#[derive(Debug)]
pub struct Tally(BTreeMap<&'static str, Counts>);

#[derive(Debug, Default)]
struct Counts {
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    failed_tries: u64,
}

impl Tally {
    /// The operations of a history.
    pub fn of(history: &History) -> Self {
        let mut all: BTreeMap<_, _> = KINDS.into_iter().map(|kind| (kind, Counts::default())).collect();
        let mut add = |kind, outcome: &Outcome, failed| {
            let counts: &mut Counts = all.entry(kind).or_default();
            *match outcome {
                Outcome::Acknowledged(_) => &mut counts.acknowledged,
                Outcome::Refused => &mut counts.refused,
                Outcome::Unknown => &mut counts.unknown,
            } += 1;
            counts.failed_tries += failed;
        };
        let mut pictures = BTreeSet::new();
        for send in &history.sends {
            if let Outcome::Acknowledged(message) = &send.outcome
                && message.picture.is_some()
            {
                pictures.insert(message.key());
            }
            kinds_of_send(send).into_iter().flatten().for_each(|kind| add(kind, &send.outcome, send.failed));
        }
        for revision in &history.revisions {
            let kinds = kinds_of_revision(revision, pictures.contains(&revision.key()));
            kinds.into_iter().flatten().for_each(|kind| add(kind, &revision.outcome, revision.failed));
        }
        Self(all)
    }

    /// The kinds of which no operation was acknowledged.
    pub fn missing(&self) -> Vec<&'static str> {
        self.0.iter().filter(|(_, counts)| counts.acknowledged == 0).map(|(kind, _)| *kind).collect()
    }
}

fn kinds_of_send(send: &Sent) -> [Option<&'static str>; 4] {
    let kind = if send.forwards.is_some() { "forwards" } else { "messages" };
    let mentions = match &send.mentions {
        Mentions { all: true, .. } => Some("mentions of all"),
        Mentions { users, .. } => (!users.is_empty()).then_some("mentions"),
    };
    [Some(kind), send.reply_to.map(|_| "replies"), mentions, send.picture.as_ref().map(|_| "pictures")]
}

fn kinds_of_revision(revision: &Revision, has_picture: bool) -> [Option<&'static str>; 2] {
    match &revision.what {
        Wish::Edit(_, mentions) => [Some("edits"), mentions.as_ref().map(|_| "edits of mentions")],
        Wish::Delete => [Some("deletions"), has_picture.then_some("deletions of pictures")],
        Wish::Hide => [Some("own deletions"), None],
        Wish::React(Some(_)) => [Some("reactions"), None],
        Wish::React(None) => [Some("removed reactions"), None],
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, Counts { acknowledged, refused, unknown, failed_tries }) in &self.0 {
            writeln!(
                f,
                "{kind:<22} {acknowledged:>8} acknowledged {refused:>7} refused {unknown:>6} unknown \
                 {failed_tries:>6} failed tries"
            )?;
        }
        Ok(())
    }
}
