//! The lines of an instance, stdout and stderr in the order of writing.

use std::{io, os::fd::OwnedFd, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::unix::pipe::Receiver,
    sync::{mpsc, oneshot},
};

/// The reading end of an instance's output.
#[derive(Debug)]
pub(super) struct Output {
    requests: mpsc::Sender<oneshot::Sender<Vec<String>>>,
}

impl Output {
    /// The reading end, and the two handles for the process.
    pub(super) fn new() -> io::Result<(Self, Stdio, Stdio)> {
        let (reader, writer) = io::pipe()?;
        let second = writer.try_clone()?;
        let reader = OwnedFd::from(reader);
        rustix::io::ioctl_fionbio(&reader, true)?;
        let (requests, inbox) = mpsc::channel(1);
        tokio::spawn(collect(Receiver::from_owned_fd(reader)?, inbox));
        Ok((Self { requests }, writer.into(), second.into()))
    }

    /// The lines since the last call.
    pub(super) async fn take(&self) -> Vec<String> {
        let (sender, lines) = oneshot::channel();
        if self.requests.send(sender).await.is_err() {
            return Vec::new();
        }
        lines.await.unwrap_or_default()
    }
}

/// Reads continuously, so that a function never waits for its reader.
async fn collect(pipe: Receiver, mut requests: mpsc::Receiver<oneshot::Sender<Vec<String>>>) {
    let mut reader = BufReader::new(pipe);
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut open = true;
    loop {
        // Reads all written lines before it answers a request for them.
        tokio::select! {
            biased;
            read = reader.read_until(b'\n', &mut line), if open => {
                open = matches!(read, Ok(count) if count > 0);
                if !line.is_empty() {
                    lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                    line.clear();
                }
                // A function that writes without end must not delay the answer for ever.
                if lines.len() % 1_000 == 999
                    && let Ok(request) = requests.try_recv()
                {
                    drop(request.send(std::mem::take(&mut lines)));
                }
            }
            request = requests.recv() => match request {
                Some(request) => drop(request.send(std::mem::take(&mut lines))),
                None => return,
            },
        }
    }
}
