//! `completion`: scripts by which shells complete our verbs and flags, and the one by which kubectl does.

mod install;

use std::path::PathBuf;

use clap::{CommandFactory as _, ValueEnum, ValueHint};

use super::{Cli, Exit, Ran, World};

/// Print a script by which a shell completes, or let kubectl complete
///
/// The scripts complete `kubectl-ambassador`. `kubectl ambassador` is completed by kubectl itself, in every shell that
/// completes kubectl: it asks a program called kubectl_complete-ambassador, which --install puts on PATH. That way the
/// names of your Mappings, services and namespaces are completed too.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum, required_unless_present = "install")]
    shell: Option<Shell>,

    /// Put kubectl_complete-ambassador on PATH, so that kubectl completes `kubectl ambassador`
    #[arg(long, conflicts_with = "shell")]
    install: bool,

    /// Where to put it; without it, beside kubectl-ambassador or where you keep programs of your own
    #[arg(long, value_name = "DIR", requires = "install", conflicts_with = "shell", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
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
        let script = String::from_utf8_lossy(&script);
        // In the bash script of clap_complete 4.6 a program with a dash in its name has two names, and so no verb of it
        // is ever found.
        script.replace("kubectl__subcmd__ambassador__", "kubectl__ambassador__")
    }
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        if let Some(shell) = self.shell {
            world.env.stdout.write_all(shell.script().as_bytes())?;
            return Ok(Exit::Clean);
        }
        let installed = install::install(self.dir.as_deref(), world.env)?;
        let path = installed.path.display();
        let done = if installed.before { "is installed already" } else { "installed" };
        writeln!(world.env.stdout, "{path}: {done}")?;
        let folder = installed.path.parent().unwrap_or(&installed.path).display();
        let unseen = format!("{folder} is not on PATH: kubectl finds the script once it is");
        let shell = "your shell must complete kubectl for this: see `kubectl completion --help`".to_owned();
        world.tell_notes(&[if installed.on_path { shell } else { unseen }])?;
        Ok(Exit::Clean)
    }
}
