//! See the library.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use op_util::{error::with_causes, foreign::message, terminal::line};
use witness::{condition, config::Config, gates, serve, watch};

/// There is no answer.
const ERROR: u8 = 2;

/// A witness as a service: its gates, `ec-observe watch`, its health.
#[derive(Parser)]
#[command(
    name = "ec-witness",
    version,
    about,
    after_help = "Example: ec-witness gate --config /etc/ec-observation/witness.json"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct ConfigArgs {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "/etc/ec-observation/witness.json")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Judges whether the witness may start: exit 0 pass, 75 wait, 255 refuse
    #[command(after_help = "Example: ec-witness gate --json")]
    Gate {
        #[command(flatten)]
        config: ConfigArgs,
        /// Judge the key alone
        #[arg(long, conflicts_with = "without_key")]
        key: bool,
        /// Judge all but the key, which is not there yet in `ExecCondition=`
        #[arg(long)]
        without_key: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Becomes `ec-observe watch` with what the configuration says
    #[command(after_help = "Example: ec-witness watch")]
    Watch(ConfigArgs),
    /// Watches the ledger and this witness: page, /readyz, /status.json, /metrics
    #[command(after_help = "Example: ec-witness serve")]
    Serve {
        #[command(flatten)]
        config: ConfigArgs,
        /// The program that says whether the unit runs
        #[arg(long, value_name = "FILE", default_value = "systemctl")]
        systemctl: PathBuf,
    },
    /// Shows what to do about an alert, or lists the alerts
    #[command(after_help = "Example: ec-witness runbook EcWitnessSilent")]
    Runbook { alert: Option<String> },
    /// Prints the rules for Prometheus
    #[command(after_help = "Example: ec-witness alerts > alerts.yml")]
    Alerts,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    run(cli.command).unwrap_or_else(|error| {
        line(format_args!("ec-witness: {}", message(&with_causes(error.as_ref()))));
        ExitCode::from(ERROR)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Gate { config, key, without_key, json } => {
            let config = Config::load(&config.config)?;
            let part = match (key, without_key) {
                (true, _) => gates::Part::Key,
                (_, true) => gates::Part::Rest,
                _ => gates::Part::All,
            };
            let findings = block_on(async { Ok(gates::judge(&config, part).await) })?;
            let answer = gates::worst(&findings);
            if json {
                let text = serde_json::to_string_pretty(
                    &serde_json::json!({"answer": answer, "findings": findings}),
                )?;
                print(&format!("{text}\n"))?;
            } else {
                print(&text(answer, &findings))?;
            }
            Ok(ExitCode::from(answer.exit_code()))
        }
        Command::Watch(config) => match watch::become_it(&Config::load(&config.config)?)? {},
        Command::Serve { config, systemctl } => {
            let run = serve::run(Config::load(&config.config)?, systemctl);
            block_on(run).map(|()| ExitCode::SUCCESS)
        }
        Command::Runbook { alert: None } => {
            let all: Vec<String> = condition::alerts().map(|alert| format!("{alert}\n")).collect();
            print(&all.concat()).map(|()| ExitCode::SUCCESS)
        }
        Command::Runbook { alert: Some(alert) } => {
            let page = condition::runbook(&alert);
            let page = page.ok_or_else(|| {
                anyhow::anyhow!("there is no alert {alert}: `ec-witness runbook` lists them")
            })?;
            print(page).map(|()| ExitCode::SUCCESS)
        }
        Command::Alerts => print(&condition::rules()).map(|()| ExitCode::SUCCESS),
    }
}

/// A line a finding, with what to do about one that does not pass.
fn text(answer: gates::Answer, findings: &[gates::Finding]) -> String {
    let mut text = format!("witness: {answer}\n");
    for it in findings {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:<7} {:<9} {}", it.answer.to_string(), it.gate, it.found);
        if it.answer > gates::Answer::Pass {
            let _ = writeln!(
                text,
                "          expected  {}\n          mend      {}",
                it.expected, it.mend
            );
        }
    }
    text
}

fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
