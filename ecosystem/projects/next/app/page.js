export default function Page() {
  return <main>a page</main>;
}
