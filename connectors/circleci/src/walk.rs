//! The walk through the pipelines of a project, from the newest page to the oldest.

use connector_http::{Http, Pages, Position, segment};
use connector_interface::{
    Context, Error, Item, LenientProducer, Level, State, Timestamp, in_order, records::Record,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    api::{Job, Page, Pipeline, Project, Workflow},
    records,
};

/// Pipelines, and then workflows, that are asked for at the same time.
const THREADS: usize = 8;
/// In a state; null where no page is left.
const NEXT_PAGE_TOKEN: &str = "nextPageToken";

/// One sync of a project.
pub(crate) struct Walk<'a> {
    pub(crate) api: &'a Http,
    pub(crate) context: &'a Context,
    pub(crate) project: &'a Project,
    pub(crate) cutoff: Timestamp,
    pub(crate) records: LenientProducer,
}

impl Walk<'_> {
    /// Goes on where an unfinished sync has come to, if there is one.
    pub(crate) fn run(self) -> Result<(), Error> {
        let kept = self.context.state.get()?;
        match kept.map(|mut state| state.metadata.remove(NEXT_PAGE_TOKEN)) {
            None => self.start()?,
            Some(Some(Value::String(token))) => self.pages(Some(token))?,
            Some(Some(Value::Null)) => {}
            Some(_) => self.start_anew("the state of the last run names no page")?,
        }
        self.records.finish();
        Ok(())
    }

    fn start(&self) -> Result<(), Error> {
        self.records.produce(&records::repository(self.project))?;
        self.pages(None)
    }

    fn start_anew(&self, reason: &str) -> Result<(), Error> {
        self.context.logger.warn(format_args!("{reason}; starting anew"));
        self.start()
    }

    /// From the page with this token on. A token that CircleCI does not know any more means the first page again.
    fn pages(&self, token: Option<String>) -> Result<(), Error> {
        let mut resumed = token.is_some();
        let request = self.api.get(format!("/api/v2/project/{}/pipeline", self.project.slug));
        for page in request.pages(by_token().starting_at(token.map(Position::from))) {
            let connector_http::Page { body: page, next } = match page {
                Err(error) if resumed && matches!(error.status(), Some(400 | 404)) => {
                    return self.start_anew(&format!("the page of the last run is gone ({error})"));
                }
                page => page?,
            };
            resumed = false;
            let last_created_at = page.last_created_at();
            let is_recent = last_created_at.is_none_or(|last| last >= self.cutoff);
            let next = next.filter(|_| is_recent && !page.items.is_empty());
            self.page(page)?;
            if let Some(last_created_at) = last_created_at {
                self.context.state.set(&State::at(last_created_at).with(NEXT_PAGE_TOKEN, next.clone()))?;
            }
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// All workflows of the page's pipelines that were created at or after the cutoff, then all their jobs.
    fn page(&self, page: Page<Pipeline>) -> Result<(), Error> {
        let pipelines = page.items.into_iter().filter_map(|item| self.records.read("pipeline", item));
        let recent = pipelines.filter(|pipeline| pipeline.created_at.timestamp() >= self.cutoff);
        let mut workflows = Vec::new();
        in_order(
            THREADS,
            recent,
            |pipeline| Ok((self.all(&format!("pipeline/{}/workflow", segment(&pipeline.id)))?, pipeline)),
            |(found, pipeline)| self.builds(&pipeline, found).map(|found| workflows.extend(found)),
        )?;
        in_order(
            THREADS,
            workflows,
            |workflow| Ok((self.all(&format!("workflow/{}/job", segment(&workflow.id)))?, workflow)),
            |(found, workflow)| self.jobs(&workflow, found),
        )
    }

    /// Everything below `/api/v2/<path>`. Where a page behind the first is gone, what came before it counts.
    fn all<T: DeserializeOwned + 'static>(&self, path: &str) -> Result<Vec<Item<T>>, Error> {
        let mut items = Vec::new();
        for (number, page) in (1..).zip(self.api.get(format!("/api/v2/{path}")).pages(by_token())) {
            match page {
                Err(error) if number > 1 && error.status() == Some(404) => {
                    self.records.leave_out(Level::Warn, format_args!("page {number} of {path}"), error);
                    break;
                }
                page => items.extend(page?.body.items),
            }
        }
        Ok(items)
    }

    fn builds(&self, pipeline: &Pipeline, found: Vec<Item<Workflow>>) -> Result<Vec<Workflow>, Error> {
        let readable = found.into_iter().filter_map(|item| self.records.read("workflow", item));
        let workflows: Vec<Workflow> = readable.collect();
        for workflow in &workflows {
            self.produce("workflow", &workflow.id, records::build(self.project, pipeline, workflow))?;
        }
        Ok(workflows)
    }

    /// Those that were started: what waits for its turn, or for an approval, has not happened yet.
    fn jobs(&self, workflow: &Workflow, found: Vec<Item<Job>>) -> Result<(), Error> {
        let jobs = found.into_iter().filter_map(|item| self.records.read("job", item));
        for job in jobs.filter(|job| job.started_at.is_some()) {
            self.produce("job", &job.id, records::job(self.project, workflow, &job))?;
        }
        Ok(())
    }

    fn produce(&self, kind: &str, id: &str, record: Result<impl Record, Error>) -> Result<(), Error> {
        match record {
            Ok(record) => self.records.produce(&record),
            Err(reason) => {
                self.records.leave_out(Level::Warn, format_args!("{kind} {id}"), reason);
                Ok(())
            }
        }
    }
}

fn by_token<T: 'static>() -> Pages<Page<T>> {
    Pages::cursor("page-token", |page: &Page<T>| page.next_page_token.clone())
}
