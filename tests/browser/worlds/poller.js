// A page as a frontend would write it: it exports the products of the backend in its address, and polls until that has
// ended. It knows nothing of worlds; the address of the backend is all that tells it which one it is in.
import Medusa from "@medusajs/medusa-js"

const ENDED = ["completed", "failed", "canceled"]
const backend = new URLSearchParams(location.search).get("backend")
const medusa = new Medusa({ baseUrl: backend, maxRetries: 0, apiKey: "tok_admin_0123456789" })
const [button, status, errors, exports] = ["button", "#status", "#errors", "#exports"].map((each) =>
  document.querySelector(each),
)

button.addEventListener("click", async () => {
  let { batch_job } = await medusa.admin.batchJobs.create({ type: "product-export", context: {}, dry_run: false })
  show(batch_job)
  while (!ENDED.includes(batch_job.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    batch_job = (await medusa.admin.batchJobs.retrieve(batch_job.id)).batch_job
    show(batch_job)
  }
  const { count } = await medusa.admin.batchJobs.list()
  exports.textContent = count
})

function show({ status: reached, result }) {
  status.textContent = reached
  errors.textContent = (result?.errors ?? []).map((each) => each.message ?? each).join("; ")
}
