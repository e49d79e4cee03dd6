//! Invented incidents, with the members that PagerDuty's have.

/// How many incidents a page has.
pub const PAGE: usize = 100;

/// Pages of so many incidents, the newest first.
pub fn pages(count: usize) -> Vec<String> {
    let starts = (0..count.max(1)).step_by(PAGE);
    starts.map(|start| page(start, count)).collect()
}

fn page(start: usize, count: usize) -> String {
    let end = count.min(start + PAGE);
    let incidents: Vec<String> = (start..end).map(|place| incident(count - place)).collect();
    let more = end < count;
    format!(
        r#"{{"incidents":[{}],"limit":{PAGE},"offset":{start},"more":{more},"total":null}}"#,
        incidents.join(",")
    )
}

fn incident(number: usize) -> String {
    let id = format!("P{number:06X}");
    let (created_at, changed_at) = (time(number * 60), time(number * 60 + 600));
    let status = ["resolved", "acknowledged", "triggered"][number % 3];
    let urgency = ["low", "high"][number % 2];
    let service = number % 8;
    format!(
        r##"{{"id":"{id}","type":"incident","summary":"[#{number}] CPU load above 90% on web-{number}","self":"https://api.pagerduty.com/incidents/{id}","html_url":"https://acme.pagerduty.com/incidents/{id}","incident_number":{number},"title":"CPU load above 90% on web-{number}","created_at":"{created_at}","status":"{status}","urgency":"{urgency}","service":{{"id":"PSVC00{service}","type":"service_reference","summary":"Web {service}"}},"assignments":[],"last_status_change_at":"{changed_at}","alert_counts":{{"all":1,"triggered":0,"resolved":1}}}}"##
    )
}

const SECONDS_OF_DAY: usize = 24 * 60 * 60;
const SECONDS_OF_MONTH: usize = 28 * SECONDS_OF_DAY;

/// So many seconds after 2020, in months of 28 days, which every year has.
fn time(seconds: usize) -> String {
    let (month, rest) = (seconds / SECONDS_OF_MONTH, seconds % SECONDS_OF_MONTH);
    let (day, rest) = (rest / SECONDS_OF_DAY, rest % SECONDS_OF_DAY);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", 2020 + month / 12, month % 12 + 1, day + 1)
}
