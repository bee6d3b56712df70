import { computed, shallowRef } from 'vue'
import { useDoing, usePages } from '@/app/async'
import { api, Refused, type Schemas } from '@/app/http'

export type OfficeIssue = Schemas['Issue']
export type Decision = 'apply' | 'discard'

/** All that one person handed in and that the office decides about; of a reporter nobody is told who he is. */
export interface Chain {
  readonly authorId: string | null
  readonly name: string | null
  readonly parked: number // acts that wait for the decisions: one issue may hold many
  readonly issues: readonly OfficeIssue[]
}

/** What became of a decision about one or several issues. */
export interface Receipt {
  readonly decision: Decision
  readonly closed: number
  readonly acts: number // that no longer wait
  readonly open: number // issues that stay: something in them still cannot run
  readonly refused: readonly string[] // why, in the server's words
}

const parkedIn = (issues: readonly OfficeIssue[]): number => issues.reduce((sum, issue) => sum + issue.acts, 0)

/** The open issues of the caller's divisions by author, and the two decisions. */
export function useOfficeIssues() {
  const pages = usePages(async (cursor) => {
    const query = { state: 'open' as const, limit: 50, ...(cursor ? { cursor } : {}) }
    return (await api.GET('/api/v1/sync/issues', { params: { query } })).data!
  })
  const receipt = shallowRef<Receipt | null>(null)
  const doing = useDoing()
  const chains = computed<Chain[]>(() =>
    [...new Set(pages.items.value.map((issue) => issue.data.author_id))].map((authorId) => {
      const issues = pages.items.value.filter((issue) => issue.data.author_id === authorId)
      return { authorId, name: issues[0]?.author_name ?? null, parked: parkedIn(issues), issues }
    }),
  )

  /** One after the other, as they were handed in; a refusal of one is told and leaves the others. */
  async function decide(decision: Decision, issues: readonly OfficeIssue[]): Promise<void> {
    const done = await doing.run(async () => {
      const refused: string[] = []
      let [closed, open, acts] = [0, 0, 0]
      for (const issue of issues) {
        try {
          const decided = await decideOne(decision, issue.id)
          if (decided.data.state === 'open') open += 1
          else closed += 1
          acts += issue.acts - decided.acts
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          refused.push(error.title)
        }
      }
      return { decision, closed, acts, open, refused }
    })
    if (done) receipt.value = done
    await pages.reload()
  }

  return { ...pages, chains, receipt, decide, doing }
}

async function decideOne(decision: Decision, id: string): Promise<OfficeIssue> {
  const params = { params: { path: { issue_id: id } }, body: {} }
  const answer =
    decision === 'apply'
      ? await api.POST('/api/v1/sync/issues/{issue_id}/actions/apply', params)
      : await api.POST('/api/v1/sync/issues/{issue_id}/actions/discard', params)
  return answer.data!
}
