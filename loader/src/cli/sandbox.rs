//! The options that say what a connector may reach.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    confinement::{Rules, Sandbox, User, UserError},
    grant::{Allowance, Grants},
    lock::LOCK_FILE,
    permission::Permission,
    project::Permissions,
};

/// The sandbox as it is typed.
#[derive(Debug, Args)]
pub(crate) struct SandboxOptions {
    /// How much of a sandbox there must be.
    #[arg(
        long,
        value_name = "MEANS",
        env = "CODECLIMATE_CONNECTOR_SANDBOX",
        value_enum,
        default_value = "best-effort"
    )]
    sandbox: Sandbox,
    /// Allow more than the connector asks for: network, exec, connect:PORT, read:PATH, write:PATH.
    #[arg(long, value_name = "PERMISSION", conflicts_with = "locked")]
    pub(crate) allow: Vec<Allowance>,
    /// Deny something that the connector asks for, as `inspect` shows it.
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) deny: Vec<Permission>,
    /// Run the connector as this user (a name, or UID:GID), who can read less than root.
    #[arg(long, value_name = "USER", env = "CODECLIMATE_CONNECTOR_USER")]
    user: Option<String>,
    /// Check each record a second time, in the runner, which the connector cannot reach.
    #[arg(long)]
    pub(crate) check_twice: bool,
    /// Run only what the lock file pins: the same file, with the permissions that were granted.
    #[arg(long)]
    pub(crate) locked: bool,
    /// The lock file, which must be there. Without this option codeclimate-connector.lock counts, where there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) lock_file: Option<PathBuf>,
}

impl SandboxOptions {
    /// Those of a connection; `folder` is its project's, where the lock file lies that nobody names.
    pub(crate) fn of(permissions: &Permissions, folder: &Path) -> Self {
        let Permissions { sandbox, allow, deny, user, check_twice, locked, lock_file } = permissions.clone();
        let usual = Some(folder.join(LOCK_FILE)).filter(|path| locked || path.exists());
        Self { sandbox, allow, deny, user, check_twice, locked, lock_file: lock_file.or(usual) }
    }

    /// Where the lock file is, or would be.
    pub(crate) fn lock_path(&self) -> &Path {
        self.lock_file.as_deref().unwrap_or(Path::new(LOCK_FILE))
    }

    /// Whether there is to be none.
    pub(crate) fn is_off(&self) -> bool {
        self.sandbox == Sandbox::Off
    }

    /// The rules of a run that was granted this much, and may write files of so many bytes.
    pub(crate) fn rules(
        &self,
        system: Vec<PathBuf>,
        grants: Grants,
        file_size: u64,
    ) -> Result<Rules, UserError> {
        let Grants { exec, ports, read, write } = grants;
        let user = self.user.as_deref().map(User::find).transpose()?;
        let runner = std::process::id().cast_signed();
        Ok(Rules { sandbox: self.sandbox, exec, ports, system, read, write, file_size, user, runner })
    }
}
