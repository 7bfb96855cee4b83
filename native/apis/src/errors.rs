//! `reportError`: HTML, "report an exception".

use quickbeam_engine::{Call, JsResult, Report, Value};

use crate::arguments::require;
use crate::host::Apis;

pub(crate) fn report_error<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "reportError", 1)?;
    let cx = call.cx();
    let report = Report::of(cx, &call.argument(0));
    Apis::of(cx).host.uncaught(cx, report)?;
    Ok(cx.undefined())
}
