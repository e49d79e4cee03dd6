//! The walk through the pipelines of a project, from the newest page to the oldest.

use connector_http::{Http, PageIter, Pages, segment};
use connector_interface::{Context, Error, Item, LenientProducer, Level, Timestamp, in_order};
use serde::de::DeserializeOwned;

use crate::{
    api::{Job, Page, Pipeline, Project, Workflow},
    checkpoint::Checkpoint,
    records,
};

/// Pipelines, and then workflows, that are asked for at the same time.
const THREADS: usize = 8;

type PageResult = Result<connector_http::Page<Page<Pipeline>>, connector_http::Error>;

/// One sync of a project.
pub(crate) struct Walk<'a> {
    api: &'a Http,
    context: &'a Context,
    project: &'a Project,
    cutoff: Timestamp,
    records: LenientProducer,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(api: &'a Http, context: &'a Context, project: &'a Project, cutoff: Timestamp) -> Self {
        Self { api, context, project, cutoff, records: context.lenient_producer() }
    }

    /// Goes on behind the checkpoint, if there is one.
    pub(crate) fn go(self, checkpoint: Option<Checkpoint>) -> Result<(), Error> {
        match checkpoint {
            None => self.start()?,
            Some(Checkpoint::Before(token)) => self.resume(token)?,
            Some(Checkpoint::AtTheEnd) => {}
        }
        self.records.finish();
        Ok(())
    }

    fn start(&self) -> Result<(), Error> {
        self.records.produce(&records::repository(self.project))?;
        self.pages(self.pipelines(by_token()))
    }

    /// A token that CircleCI does not know any more means the first page again.
    fn resume(&self, token: String) -> Result<(), Error> {
        let mut pages = self.pipelines(by_token().starting_at(Some(token.into())));
        match pages.next() {
            Some(Err(error)) if matches!(error.status(), Some(400 | 404)) => {
                self.context
                    .logger
                    .warn(format_args!("the page of the last run is gone; starting anew: {error}"));
                self.start()
            }
            first => self.pages(first.into_iter().chain(pages)),
        }
    }

    fn pipelines(&self, pages: Pages<Page<Pipeline>>) -> PageIter<Page<Pipeline>> {
        self.api.get(format!("/api/v2/project/{}/pipeline", self.project.slug)).pages(pages)
    }

    fn pages(&self, pages: impl Iterator<Item = PageResult>) -> Result<(), Error> {
        for page in pages {
            let page = page?.body;
            let last_created_at = page.last_created_at();
            let is_recent = last_created_at.is_none_or(|last| last >= self.cutoff);
            let next = page.next_page_token().filter(|_| is_recent && !page.items.is_empty());
            self.page(page)?;
            if let Some(last_created_at) = last_created_at {
                self.context.state.set(&Checkpoint::state(last_created_at, next.as_deref()))?;
            }
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// All workflows of a page, and all their jobs.
    fn page(&self, page: Page<Pipeline>) -> Result<(), Error> {
        let mut workflows = Vec::new();
        in_order(
            THREADS,
            self.recent(page),
            |(pipeline, revision)| {
                Ok((self.all::<Workflow>("pipeline", &pipeline.id, "workflow")?, revision))
            },
            |(found, revision)| {
                workflows.extend(self.builds(&revision, found)?);
                Ok(())
            },
        )?;
        in_order(
            THREADS,
            workflows,
            |workflow| Ok((self.all::<Job>("workflow", &workflow.id, "job")?, workflow)),
            |(found, workflow)| self.jobs(&workflow, found),
        )
    }

    /// The pipelines of a page that were created at or after the cutoff, each with the commit that it was started for.
    fn recent(&self, page: Page<Pipeline>) -> Vec<(Pipeline, String)> {
        let readable = page.items.into_iter().filter_map(|item| self.records.read("pipeline", item));
        let recent = readable.filter(|pipeline| pipeline.created_at.timestamp() >= self.cutoff);
        recent.filter_map(|pipeline| self.with_revision(pipeline)).collect()
    }

    /// None where it was not started for a commit: what it built cannot be told then.
    fn with_revision(&self, pipeline: Pipeline) -> Option<(Pipeline, String)> {
        let Some(revision) = pipeline.revision().map(str::to_owned) else {
            let name = format_args!("pipeline {}", pipeline.id);
            self.records.leave_out(
                Level::Info,
                name,
                "vcs.revision: none, as it was not started for a commit",
            );
            return None;
        };
        Some((pipeline, revision))
    }

    /// Everything below `/api/v2/<parent>/<id>/<kind>`. Where a page behind the first is gone, what came before it counts.
    fn all<T: DeserializeOwned + 'static>(
        &self,
        parent: &str,
        id: &str,
        kind: &str,
    ) -> Result<Vec<Item<T>>, Error> {
        let mut items = Vec::new();
        let request = self.api.get(format!("/api/v2/{parent}/{}/{kind}", segment(id)));
        for (number, page) in (1..).zip(request.pages(by_token())) {
            match page {
                Err(error) if number > 1 && error.status() == Some(404) => {
                    let place = format_args!("page {number} of the {kind}s of {parent} {id}");
                    self.records.leave_out(Level::Warn, place, error);
                    break;
                }
                page => items.extend(page?.body.items),
            }
        }
        Ok(items)
    }

    fn builds(&self, revision: &str, found: Vec<Item<Workflow>>) -> Result<Vec<Workflow>, Error> {
        let workflows: Vec<_> =
            found.into_iter().filter_map(|item| self.records.read("workflow", item)).collect();
        for workflow in &workflows {
            match records::build(self.project, revision, workflow)? {
                Some(build) => self.records.produce(&build)?,
                None => self.unknown("workflow", &workflow.id, &workflow.status),
            }
        }
        Ok(workflows)
    }

    /// Those that were started: what waits for its turn, or for an approval, has not happened yet.
    fn jobs(&self, workflow: &Workflow, found: Vec<Item<Job>>) -> Result<(), Error> {
        let jobs = found.into_iter().filter_map(|item| self.records.read("job", item));
        for job in jobs.filter(|job| job.started_at.is_some()) {
            match records::job(self.project, workflow, &job)? {
                Some(record) => self.records.produce(&record)?,
                None => self.unknown("job", &job.id, &job.status),
            }
        }
        Ok(())
    }

    fn unknown(&self, kind: &str, id: &str, status: &str) {
        self.records.leave_out(
            Level::Warn,
            format_args!("{kind} {id}"),
            format_args!("unknown status {status:?}"),
        );
    }
}

fn by_token<T: 'static>() -> Pages<Page<T>> {
    Pages::cursor("page-token", Page::next_page_token)
}
