//! The dollars of an operation, from its counted calls and AWS's list prices.

use e2e::Cost;
use load::price;

/// Seconds that a function waits for a call of DynamoDB, or for its pushes. AWS promises single-digit milliseconds.
const ROUND_TRIP: f64 = 0.005;
/// Seconds that a password takes on the vCPU that its functions have.
const HASH: f64 = 0.05;
/// Seconds that the photo of these tests takes on the vCPU of the function that checks it; one of twelve megapixels
/// takes forty times as long.
const CHECK: f64 = 0.05;
/// Seconds that the erasure of a room waits for messages on their way.
const SETTLE: f64 = 15.0;
/// The way by which an operation comes in.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    Rest,
    /// A REST call that hashes this number of passwords.
    RestToHash(u8),
    Frame,
    /// A form to S3, which sends an event.
    Upload,
    /// An object that a function writes, which sends an event.
    Request,
    /// A socket that opens or closes.
    Lifecycle,
}

/// An operation, with the counted costs of its invocations.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    /// The cost of each invocation.
    pub(crate) costs: Vec<Cost>,
    /// The memory size of each invocation's function, in gigabytes.
    pub(crate) memory: Vec<f64>,
    /// Dollars per million for the calls of S3.
    pub(crate) objects: f64,
}

impl Operation {
    pub(crate) fn row(&self) -> String {
        let [calls, depth, pushes] =
            [self.count(|cost| cost.calls), self.count(|cost| cost.depth), self.count(|cost| cost.pushes)];
        let (reads, writes) = (self.sum(|cost| cost.reads), self.sum(|cost| cost.writes));
        let dollars = self.dollars();
        format!("| {} | {calls} | {depth} | {reads} | {writes} | {pushes} | {dollars:.2} |", self.name)
    }

    fn sum(&self, part: fn(&Cost) -> f64) -> f64 {
        self.costs.iter().map(part).sum::<f64>() + 0.0
    }

    fn count(&self, part: fn(&Cost) -> usize) -> usize {
        self.costs.iter().map(part).sum()
    }

    /// Dollars per million.
    pub(crate) fn dollars(&self) -> f64 {
        let incoming = match self.way {
            Way::Rest | Way::RestToHash(_) => price::REQUEST,
            Way::Frame => price::MESSAGE,
            Way::Upload => price::PUT + price::EVENT,
            Way::Request => price::EVENT,
            Way::Lifecycle => 0.0,
        };
        let pushes = f64::from(u32::try_from(self.count(|cost| cost.pushes)).unwrap()) * price::MESSAGE;
        let units = self.sum(|cost| cost.reads) * price::READ_UNIT + self.sum(|cost| cost.writes) * price::WRITE_UNIT;
        incoming + pushes + units + self.objects + self.invocations()
    }

    fn invocations(&self) -> f64 {
        let of_one = |(cost, memory): (&Cost, &f64)| {
            let round_trips = cost.depth + usize::from(cost.pushes > 0);
            let computed = match self.way {
                Way::RestToHash(hashes) => HASH * f64::from(hashes),
                Way::Upload => CHECK,
                Way::Request => SETTLE,
                Way::Rest | Way::Frame | Way::Lifecycle => 0.0,
            };
            let seconds = ROUND_TRIP * f64::from(u32::try_from(round_trips).unwrap()) + computed;
            price::INVOCATION + seconds * memory * price::GIGABYTE_SECOND
        };
        self.costs.iter().zip(&self.memory).map(of_one).sum()
    }
}
