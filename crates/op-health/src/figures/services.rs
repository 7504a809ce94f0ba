//! Whether the services' programs answer.

use crate::watch::Watch;

/// Whether the service's program answers, or why it does not; `None` where it cannot be asked, or was not yet.
pub(crate) fn up<'a>(watch: &'a Watch, service: &str) -> Option<Result<(), &'a str>> {
    let Watch { setup, seen, .. } = watch;
    if let Some(program) = seen.programs.get(service) {
        return Some(program.get().map(|_| ()));
    }
    let (node, _) = setup.plan.engines.iter().find(|(_, engine)| *engine == service)?;
    Some(seen.engines.get(node)?.get().map(|&()| ()))
}

/// Whether it can be asked at all: the configuration says where.
pub(crate) fn is_asked(watch: &Watch, service: &str) -> bool {
    let plan = &watch.setup.plan;
    plan.programs.contains_key(service) || plan.engines.values().any(|engine| engine == service)
}
