"""Every command on the firefighters' pack, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from sync.mutations import Mutation
from wire import NothingSchema
from workflow.rescue import schemas, sheets, water
from workflow.schemas import ReasonSchema

WATER_MUTATIONS = [
    Mutation("water_source.add", schemas.AddWaterSourceSchema, water.add, creates=True, summary="新增水源"),
    Mutation("water_source.edit", schemas.EditWaterSourceSchema, water.edit, summary="修改水源", fields=schemas.WATER_FIELDS),
    Mutation("water_source.report", schemas.ReportWaterSourceSchema, water.report, summary="报告水源状态"),
    Mutation("water_source.retire", ReasonSchema, water.retire, summary="注销水源"),
]
SHEET_MUTATIONS = [
    Mutation("rescue_sheet.open", NothingSchema, sheets.open_sheet, creates=True, summary="建立灭火救援资料"),
    Mutation(
        "rescue_sheet.edit", schemas.EditRescueSheetSchema, sheets.edit, summary="修改灭火救援资料", fields=schemas.SHEET_FIELDS
    ),
    Mutation("rescue_sheet.survey", schemas.SurveySchema, sheets.survey, summary="已实地熟悉"),
]
MUTATIONS = [*WATER_MUTATIONS, *SHEET_MUTATIONS]
