//! `completion`: scripts by which shells complete our verbs and flags.

use clap::{CommandFactory as _, ValueEnum};

use super::{Cli, Exit, Ran, World};

/// Print a script by which a shell completes kubectl-ambassador
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// A shell that can be taught to complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

impl Shell {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bash, Self::Zsh, Self::Fish, Self::Powershell];

    /// The name of the script in `completions/`.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Bash => "kubectl-ambassador.bash",
            Self::Zsh => "_kubectl-ambassador",
            Self::Fish => "kubectl-ambassador.fish",
            Self::Powershell => "kubectl-ambassador.ps1",
        }
    }

    /// The script by which this shell completes us.
    pub fn script(self) -> String {
        use clap_complete::Shell as Generator;
        let generator = match self {
            Self::Bash => Generator::Bash,
            Self::Zsh => Generator::Zsh,
            Self::Fish => Generator::Fish,
            Self::Powershell => Generator::PowerShell,
        };
        let mut script = Vec::new();
        clap_complete::generate(generator, &mut Cli::command(), "kubectl-ambassador", &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        world.env.stdout.write_all(self.shell.script().as_bytes())?;
        Ok(Exit::Clean)
    }
}
